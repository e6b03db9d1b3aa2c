import { PDFDocument, PDFName, PDFString } from '@cantoo/pdf-lib';
import { expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { cleanFile } from '../../subgraphs/discussions/attachments/clean.ts';
import { jpeg, parts, pdf, secret } from './files.ts';
import './pdf-pictures.cases.ts';

const holds = (bytes: Uint8Array) => Buffer.from(bytes).includes(secret);
const clean = async (kind: 'xlsx' | 'pptx', more: Record<string, string>) =>
  unzipSync((await cleanFile(await parts(kind, more))).bytes);
const refusal = (kind: 'xlsx' | 'pptx', more: Record<string, string>) =>
  parts(kind, more)
    .then(cleanFile)
    .then(
      () => 'taken',
      (error: Error) => error.message,
    );
const types = (more: string, kind = 'spreadsheetml.sheet') =>
  `<Types><Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-officedocument.${kind}.main+xml"/>${more}</Types>`;
const properties = 'application/vnd.openxmlformats-package.core-properties+xml';

test.each<[string, Record<string, string>]>([
  [
    'properties wherever their program puts them',
    {
      '[Content_Types].xml': types(`<Default Extension="psmdcp" ContentType="${properties}"/>`),
      'package/services/metadata/core-properties/a1b2.psmdcp': `<coreProperties><creator>${secret}</creator></coreProperties>`,
    },
  ],
  [
    'properties under a name of their own',
    {
      '[Content_Types].xml': types(`<Override PartName="/meta/mine.xml" ContentType="${properties}"/>`),
      'meta/mine.xml': `<cp:coreProperties><dc:creator>${secret}</dc:creator></cp:coreProperties>`,
    },
  ],
  ['labels of an organisation', { 'docMetadata/LabelInfo.xml': `<labels><label siteId="${secret}"/></labels>` }],
  [
    'who refreshed a pivot table',
    { 'xl/pivotCache/pivotCacheDefinition1.xml': `<pivotCacheDefinition refreshedBy="${secret}" id="x"/>` },
  ],
  [
    'views of persons',
    {
      'xl/workbook.xml': `<workbook><customWorkbookViews><customWorkbookView name="${secret} - Personal View"/></customWorkbookViews></workbook>`,
    },
  ],
  [
    'a name before a remark',
    {
      'xl/comments1.xml': `<comments><authors><author>${secret}</author></authors><commentList><comment authorId="0"><text><r><t>${secret}:</t></r><r><t>A remark</t></r></text></comment></commentList></comments>`,
    },
  ],
  [
    'what a drawing program says',
    {
      'word/media/image1.svg': `<svg inkscape:export-filename="/home/${secret}/a.png"><metadata><rdf:RDF><dc:title>${secret}</dc:title></rdf:RDF></metadata><path d="M0 0"/></svg>`,
    },
  ],
  [
    'sources of a letter’s addresses',
    {
      'word/settings.xml': `<w:settings><w:mailMerge><w:connectString w:val="C:\\${secret}"/></w:mailMerge><w:docVars><w:docVar w:name="a" w:val="${secret}"/></w:docVars></w:settings>`,
    },
  ],
  [
    'queries of other programs',
    { 'xl/connections.xml': `<connections><connection><webPr url="http://${secret}/"/></connection></connections>` },
  ],
  [
    'a tracker in other letters',
    {
      'word/_rels/document.xml.rels': `<Relationships><Relationship Id="r1" Type="http://x/image" Target="http://${secret}/a.png" TargetMode="&#69;xternal"/><Relationship Id="r2" Type="http://x/attached&#x54;emplate" Target="http://${secret}/t.dotm" TargetMode="External"/></Relationships>`,
    },
  ],
  ['rubbish of an editor', { '[trash]/0000.dat': secret }],
])('an office document is kept without %s', async (_what, more) => {
  const after = await clean('xlsx', more);
  expect(Object.keys(after).filter((part) => holds(after[part] as Uint8Array))).toEqual([]);
  if (more['xl/comments1.xml']) expect(strFromU8(after['xl/comments1.xml'] as Uint8Array)).toContain('A remark');
});

test('a picture is drawn again whatever its part is called; what cannot be cleaned is refused', async () => {
  const photograph = { 'ppt/media/image1.tmp': (await jpeg()).toString('latin1') };
  // `parts` writes texts as UTF-8, which a photograph is not: it is known by its first bytes all the same.
  expect(await refusal('pptx', photograph)).toMatch(/cannot be cleaned|damaged/);
  expect(await refusal('pptx', { 'ppt/media/media1.mp4': 'ftypisom' })).toMatch(/a film or a sound/);
  expect(await refusal('xlsx', { 'xl/customProperty1.bin': secret })).toMatch(/cannot be cleaned/);
  expect(await refusal('xlsx', { 'xl/x.xml': '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' })).toMatch(/DTD/);
  const field = (text: string) => `<w:r><w:instrText xml:space="preserve">${text}</w:instrText></w:r>`;
  const word = (...pieces: string[]) => ({ 'word/document.xml': `<w:p>${pieces.map(field).join('')}</w:p>` });
  expect(await refusal('xlsx', word(' DDE', 'AUTO c:\\\\x "/k calc"'))).toMatch(/DDE/);
  expect(await refusal('xlsx', word('&#68;DE x y'))).toMatch(/DDE/);
  expect(await refusal('xlsx', word(' HYPERLINK "https://example.org/" '))).toBe('taken');
  const dde = {
    'xl/externalLinks/externalLink1.xml': '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
  };
  const after = await clean('xlsx', dde);
  expect(strFromU8(after['xl/externalLinks/externalLink1.xml'] as Uint8Array)).toBe(
    '<externalLink><ddeLink ddeService="" ddeTopic=""/></externalLink>',
  );
});

test('PDF: a script is taken out also where its kind is said elsewhere in the file', async () => {
  const document = await PDFDocument.load(await pdf(), { updateMetadata: false });
  const { context, catalog } = document;
  const kind = context.register(PDFName.of('JavaScript'));
  const launch = context.register(PDFName.of('Launch'));
  const actions = [
    context.obj({ S: kind, JS: PDFString.of(secret) }),
    context.obj({ S: launch, F: PDFString.of(secret) }),
    context.obj({ S: 'GoToR', F: PDFString.of(`\\\\${secret}\\share`) }),
  ];
  catalog.set(PDFName.of('Kept'), context.obj(actions.map((action) => context.register(action))));
  const sent = await document.save({ useObjectStreams: false });
  const { bytes } = await cleanFile(sent);
  const again = await PDFDocument.load(bytes, { updateMetadata: false });
  const plain = await again.save({ useObjectStreams: false });
  expect([holds(sent), holds(plain)]).toEqual([true, false]);
});
