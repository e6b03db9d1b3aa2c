import { Document, InsertedTextRun, Packer, Paragraph, TextRun } from 'docx';
import { strToU8, zipSync } from 'fflate';
import PDFKit from 'pdfkit';
import sharp from 'sharp';

/** What no file may still say once it is kept. */
export const secret = 'Sample-Persona-4';

const picture = () => sharp({ create: { width: 64, height: 32, channels: 3, background: 'red' } });
const exif = {
  IFD0: { Artist: secret, ImageDescription: secret },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '0/1 20/1 0/1' },
};

export const jpeg = () => picture().withMetadata({ orientation: 6 }).withExifMerge(exif).jpeg().toBuffer();
export const png = () => picture().withExif(exif).png().toBuffer();
export const webp = () => picture().withExif(exif).webp().toBuffer();

/** With an author, a title, and a photograph that has EXIF of its own. */
export async function pdf(): Promise<Buffer> {
  const photograph = await jpeg();
  return new Promise((resolve) => {
    const document = new PDFKit({ info: { Author: secret, Title: secret, Creator: secret } });
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document
      .text('Página de muestra')
      .image(photograph, 10, 100)
      .note(10, 10, 50, 50, 'A note', { T: secret } as never);
    document.end();
  });
}

/** With properties, a comment, a tracked change and a path of the writer's machine. */
export async function docx(): Promise<Buffer> {
  const by = { author: secret, date: '2026-01-01T00:00:00Z' };
  return Packer.toBuffer(
    new Document({
      creator: secret,
      title: secret,
      lastModifiedBy: secret,
      comments: {
        children: [{ id: 0, initials: secret, ...by, children: [new Paragraph('A comment')], date: new Date() }],
      },
      sections: [
        {
          children: [
            new Paragraph({
              children: [new TextRun('Texto de la red'), new InsertedTextRun({ text: ' y más', id: 1, ...by })],
            }),
          ],
        },
      ],
    }),
  );
}

const main = { xlsx: 'spreadsheetml.sheet', pptx: 'presentationml.presentation' };
const office = 'application/vnd.openxmlformats-officedocument';

/** Parts of a document as programs write them, with what they say of people in it. */
export async function parts(kind: 'xlsx' | 'pptx', more: Record<string, string> = {}): Promise<Uint8Array> {
  const texts: Record<string, string> = {
    '[Content_Types].xml': `<Types><Override PartName="/main.xml" ContentType="${office}.${main[kind]}.main+xml"/><Override PartName="/docProps/thumbnail.jpeg" ContentType="image/jpeg"/></Types>`,
    '_rels/.rels': `<Relationships><Relationship Id="r1" Type="http://x/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/><Relationship Id="r2" Type="http://x/officeDocument" Target="main.xml"/></Relationships>`,
    'docProps/app.xml': `<Properties><Company>${secret}</Company></Properties>`,
    'docProps/custom.xml': `<Properties><property name="${secret}"/></Properties>`,
    'customXml/item1.xml': `<p><AuthorIds>${secret}</AuthorIds></p>`,
    'xl/comments1.xml': `<comments><authors><author>${secret}</author></authors><commentList><comment authorId="0"><text><t>A remark</t></text></comment></commentList></comments>`,
    'xl/persons/person.xml': `<personList><person displayName="${secret}" id="{1}" userId="${secret}" providerId="AD"/></personList>`,
    'xl/workbook.xml': `<workbook><fileSharing userName="${secret}"/><x15ac:absPath url="C:\\Users\\${secret}\\" xmlns:x15ac="u"/><sheets><sheet name="Plan" r:id="r1"/></sheets></workbook>`,
    'xl/worksheets/sheet1.xml': '<worksheet><pageSetup orientation="portrait" r:id="r9"/></worksheet>',
    'xl/worksheets/_rels/sheet1.xml.rels': `<Relationships><Relationship Id="r9" Type="http://x/printerSettings" Target="../printerSettings/p.bin"/><Relationship Id="r8" Type="http://x/image" Target="http://tracker.example/${secret}.png" TargetMode="External"/><Relationship Id="r7" Type="http://x/hyperlink" Target="https://example.org/" TargetMode="External"/></Relationships>`,
    'xl/printerSettings/p.bin': secret,
    'ppt/commentAuthors.xml': `<p:cmAuthorLst><p:cmAuthor id="1" name='${secret}' initials="${secret}"/></p:cmAuthorLst>`,
    'ppt/slides/slide1.xml': `<p:sld><!-- ${secret} --><a:t>name="kept" author=me</a:t></p:sld>`,
    'main.xml': '<main/>',
    ...more,
  };
  const files: Record<string, Uint8Array> = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, strToU8(text)]),
  );
  files['docProps/thumbnail.jpeg'] = await jpeg();
  files['xl/media/image1.jpeg'] = await jpeg();
  return zipSync(files);
}
