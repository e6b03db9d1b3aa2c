import { PDFDict, PDFDocument, PDFHexString, PDFName, PDFRawStream, PDFString } from '@cantoo/pdf-lib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import type { Actor } from '../../kit/context.ts';
import { cleanFile } from '../../subgraphs/discussions/attachments/clean.ts';
import { createCleaner } from '../../subgraphs/discussions/attachments/cleaner.ts';
import { findAttachment } from '../../subgraphs/discussions/attachments/files.ts';
import { forgetUnclaimed } from '../../subgraphs/discussions/commands/uploads.ts';
import { docx, jpeg, parts, pdf, png, secret, webp } from './files.ts';
import { actors, ask, db, group, type Name, openTables, post, started, useSubgraph } from './subgraph.ts';
import { postOf, read, send, wrote } from './talking.ts';

const holds = (bytes: Uint8Array) => Buffer.from(bytes).includes(secret);
const clean = async (bytes: Uint8Array) => (await cleanFile(bytes)).bytes;
const refusal = (bytes: Uint8Array) =>
  cleanFile(bytes).then(
    ({ kind }) => `taken as ${kind}`,
    (error: Error) => error.message,
  );

describe('a kept file says nothing of who made it', () => {
  test.each([
    ['jpeg', jpeg],
    ['png', png],
    ['webp', webp],
  ] as const)('%s: drawn again, turned as its EXIF said, without it', async (format, make) => {
    const sent = await make();
    expect(holds(sent)).toBe(true);
    const { kind, bytes } = await cleanFile(Buffer.concat([sent, Buffer.from(secret)]));
    expect([kind, holds(bytes)]).toEqual([format, false]);
    const { width, height, exif, xmp, iptc, orientation } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, orientation }).toEqual({});
    if (format === 'jpeg') expect([width, height]).toEqual([32, 64]);
  });

  test('PDF: no Info, XMP, names of annotators, nor EXIF in its photographs; its text and picture stay', async () => {
    const sent = await pdf();
    expect(holds(sent)).toBe(true);
    const document = await PDFDocument.load(sent, { updateMetadata: false });
    const xmp = document.context.stream(`<x:xmpmeta>${secret}</x:xmpmeta>`);
    document.catalog.set(PDFName.of('Metadata'), document.context.register(xmp));
    document.catalog.set(PDFName.of('OpenAction'), document.context.obj({ S: 'JavaScript', JS: PDFString.of(secret) }));
    document.context.register(PDFString.of(`${secret} of an earlier state`));
    const { context, catalog } = await PDFDocument.load(await clean(await document.save()), { updateMetadata: false });
    expect(context.trailerInfo.Info).toBeUndefined();
    expect([catalog.has(PDFName.of('Metadata')), catalog.has(PDFName.of('OpenAction'))]).toEqual([false, false]);
    const texts: string[] = [];
    let photographs = 0;
    const collect = (object: unknown): void => {
      if (object instanceof PDFString || object instanceof PDFHexString) texts.push(object.decodeText());
      if (object instanceof PDFRawStream) {
        expect(holds(object.contents)).toBe(false);
        if (object.dict.get(PDFName.of('Filter')) === PDFName.of('DCTDecode')) photographs += 1;
        collect(object.dict);
      }
      if (object instanceof PDFDict) object.values().forEach(collect);
    };
    for (const [, object] of context.enumerateIndirectObjects()) collect(object);
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    expect(texts).toContain('A note');
    expect(photographs).toBe(1);
  });

  test('DOCX: no properties, no names in comments and tracked changes; the words stay', async () => {
    const sent = await docx();
    const { kind, bytes } = await cleanFile(sent);
    expect(kind).toBe('docx');
    const before = unzipSync(sent);
    const after = unzipSync(bytes);
    expect(Object.keys(before).filter((part) => holds(before[part] as Uint8Array)).length).toBeGreaterThan(2);
    expect(Object.keys(after).filter((part) => holds(after[part] as Uint8Array))).toEqual([]);
    const text = strFromU8(after['word/document.xml'] as Uint8Array);
    expect(text).toContain('Texto de la red');
    expect(text).toContain(' y más');
    expect(strFromU8(after['word/comments.xml'] as Uint8Array)).toContain('A comment');
  });

  test.each(['xlsx', 'pptx'] as const)(
    '%s: the same, with paths, printers, lists of people and pictures',
    async (kind) => {
      const { kind: found, bytes } = await cleanFile(await parts(kind));
      expect(found).toBe(kind);
      const after = unzipSync(bytes);
      expect(Object.keys(after).filter((part) => holds(after[part] as Uint8Array))).toEqual([]);
      const text = (part: string) => strFromU8(after[part] as Uint8Array);
      expect(after['docProps/thumbnail.jpeg']).toBeUndefined();
      expect(text('_rels/.rels')).not.toContain('thumbnail');
      expect(text('[Content_Types].xml')).not.toContain('thumbnail');
      expect(text('xl/workbook.xml')).toBe(
        '<workbook><fileSharing userName=""/><sheets><sheet name="Plan" r:id="r1"/></sheets></workbook>',
      );
      expect(text('xl/worksheets/sheet1.xml')).toBe('<worksheet><pageSetup orientation="portrait"/></worksheet>');
      expect(text('xl/worksheets/_rels/sheet1.xml.rels')).toContain('https://example.org/');
      expect(text('xl/worksheets/_rels/sheet1.xml.rels')).toContain('Target="about:blank"');
      expect(text('xl/comments1.xml')).toContain('A remark');
      expect(text('ppt/slides/slide1.xml')).toBe('<p:sld><a:t>name="kept" author=me</a:t></p:sld>');
      expect((await sharp(after['xl/media/image1.jpeg'] as Uint8Array).metadata()).exif).toBeUndefined();
    },
  );

  test('text stays text; what is not what it may be is refused, by its bytes', async () => {
    expect(strFromU8(await clean(strToU8('﻿Plan,é\r\n')))).toBe('Plan,é\r\n');
    const program = /^This kind of file is not taken/;
    for (const bytes of [
      strToU8('MZ\u0000'),
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
      strToU8('GIF89a\u0001'),
      Buffer.from([0xc3, 0x28]),
    ])
      expect(await refusal(bytes)).toMatch(program);
    expect(await refusal(zipSync({ 'a.txt': strToU8('x') }))).toMatch(/no DOCX/);
    expect(await refusal((await jpeg()).subarray(0, 200))).toMatch(/damaged/);
    expect(await refusal(strToU8('%PDF-1.7 rubbish'))).toMatch(/damaged/);
    expect(await refusal((await docx()).subarray(0, 500))).toMatch(/damaged/);
    expect(await refusal(await parts('xlsx', { 'xl/vbaProject.bin': 'x' }))).toMatch(/macros/);
    expect(await refusal(await parts('xlsx', { 'xl/embeddings/a.bin': 'x' }))).toMatch(/another program/);
    expect(await refusal(await parts('xlsx', { 'xl/x.xml': '<?xml version="1.0" encoding="UTF-16"?><a/>' }))).toMatch(
      /UTF-8/,
    );
    expect(await refusal(await parts('pptx', { 'bomb.txt': 'x'.repeat(65 * 1024 * 1024) }))).toMatch(/too large/);
  });
});

describe('a file is sent', () => {
  useSubgraph();
  let tables: Awaited<ReturnType<typeof openTables>> | undefined;
  const open = async () => {
    tables ??= await openTables();
    return tables;
  };
  afterAll(() => tables?.stop());

  const problem = (payload: { problems: { message?: string }[] }) => payload.problems[0]?.message;
  const begin = (who: Name, threadId: string, bytes: number, over: object = {}) =>
    send(
      who,
      'startUpload',
      'StartUploadInput',
      { threadId, name: 'a.jpg', bytes, textAlternative: 'A red square', ...over },
      'upload { id partBytes missingParts }',
    );
  const part = (who: Name, uploadId: string, number: number, content: Uint8Array) =>
    send(
      who,
      'uploadPart',
      'UploadPartInput',
      { uploadId, number, content: Buffer.from(content).toString('base64') },
      'upload { missingParts }',
    );
  const finish = (who: Name, uploadId: string, over: object = {}) =>
    send(
      who,
      'finishUpload',
      'FinishUploadInput',
      { uploadId, ...over },
      'attachment { id kind name mediaType bytes metadataStripped textAlternative url }',
    );
  async function sent(who: Name, threadId: string, bytes: Uint8Array, over: object = {}): Promise<string> {
    const { upload } = await begin(who, threadId, bytes.length, over);
    await part(who, upload.id, 0, bytes);
    const done = await finish(who, upload.id);
    expect(done.problems).toEqual([]);
    return done.attachment.id;
  }
  const fetchAs = async (who: Name, id: string) =>
    (await findAttachment((await open()).source.manager, actors[who] as Actor, id))?.name ?? null;

  test('in parts, in any order, each as often as it takes; it is one attachment, by its bytes, named after them', async () => {
    const thread = await started('americas-rep');
    const text = Buffer.from('línea de muestra\n'.repeat(20_000)); // 360,000 bytes: three parts
    const { upload } = await begin('americas-rep', thread, text.length, {
      name: '../../etc/plan.exe',
      textAlternative: null,
    });
    expect(upload).toEqual({ id: upload.id, partBytes: 131_072, missingParts: [0, 1, 2] });
    const slice = (number: number) => text.subarray(number * 131_072, (number + 1) * 131_072);
    expect((await part('americas-rep', upload.id, 2, slice(2))).upload.missingParts).toEqual([0, 1]);
    expect(problem(await finish('americas-rep', upload.id))).toBe('uploadId: parts are missing: 0, 1.');
    expect(problem(await part('americas-rep', upload.id, 3, slice(2)))).toMatch(/^number/);
    expect(problem(await part('americas-rep', upload.id, 1, slice(2)))).toMatch(/^content: part 1 has 131072 bytes/);
    for (const number of [1, 0, 0]) await part('americas-rep', upload.id, number, slice(number));
    expect(await read('americas-rep', `{ upload(id: "${upload.id}") { missingParts } }`)).toEqual({
      upload: { missingParts: [] },
    });
    for (const who of ['americas-editor', 'africa-rep', 'operator'] as const) {
      expect((await part(who, upload.id, 0, slice(0))).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
      expect((await finish(who, upload.id)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
      expect((await read(who, `{ upload(id: "${upload.id}") { id } }`)).upload).toBeNull();
    }
    const [one, two] = await Promise.all([finish('americas-rep', upload.id), finish('americas-rep', upload.id)]);
    expect(one.attachment).toEqual({
      id: one.attachment.id,
      kind: 'FILE',
      name: 'plan.exe.txt',
      mediaType: 'text/plain; charset=utf-8',
      bytes: text.length,
      metadataStripped: true,
      textAlternative: null,
      url: `/files/discussions/${encodeURIComponent(one.attachment.id)}`,
    });
    expect(two).toEqual(one);
    expect(await finish('americas-rep', upload.id)).toEqual(one);
    expect((await db.query('SELECT 1 FROM discussions.upload_part WHERE upload_id = $1', [upload.id])).rows).toEqual(
      [],
    );
  });

  test('an image needs words that say what is to be seen; a bad file says why it is not taken', async () => {
    const thread = await started('americas-rep');
    const image = await jpeg();
    const { upload } = await begin('americas-rep', thread, image.length, { textAlternative: ' ' });
    await part('americas-rep', upload.id, 0, image);
    expect((await finish('americas-rep', upload.id)).problems).toMatchObject([{ path: ['input', 'textAlternative'] }]);
    expect((await finish('americas-rep', upload.id, { textAlternative: 'A red field' })).attachment).toMatchObject({
      mediaType: 'image/jpeg',
      textAlternative: 'A red field',
    });
    const bad = await begin('americas-rep', thread, 4, { name: 'photo.jpg' });
    await part('americas-rep', bad.upload.id, 0, Buffer.from('MZ\u0000\u0000'));
    expect(problem(await finish('americas-rep', bad.upload.id))).toMatch(/^This kind of file is not taken/);
    expect(problem(await begin('americas-rep', thread, 10 * 1024 * 1024 + 1))).toMatch(/^bytes: between/);
    // All at once: they are counted one after the other.
    const begun = await Promise.all(
      Array.from({ length: 12 }, () => begin('other-group-rep', thread, 10 * 1024 * 1024)),
    );
    expect(begun.filter(({ upload }) => upload !== null)).toHaveLength(10);
    expect(problem(await begin('other-group-rep', thread, 1))).toMatch(/100 MiB within a day/);
    for (const who of ['africa-rep', 'observer', 'partner', 'operator'] as const)
      expect((await begin(who, thread, 1)).problems).toMatchObject([{ __typename: 'ForbiddenError' }]);
  });

  test('it belongs to one post of its seat and thread, is read by who reads that, and goes with it', async () => {
    const thread = await started('expert-lead', { visibility: 'GROUP', bodyId: group });
    const other = await started('group-rep');
    const id = await sent('group-rep', thread, await png());
    expect([await fetchAs('group-rep', id), await fetchAs('expert-lead', id)]).toEqual(['a.jpg.png', null]);
    const paths = async (who: Name, threadId: string, over: Record<string, unknown>) =>
      (await post(who, threadId, '', over)).problems.map(({ path }) => path?.[1]);
    expect(await paths('expert-lead', thread, { attachmentIds: [id] })).toEqual(['attachmentIds']);
    expect(await paths('group-rep', other, { attachmentIds: [id] })).toEqual(['attachmentIds']);
    expect(await paths('group-rep', thread, { attachmentIds: ['attachment:none'] })).toEqual(['attachmentIds']);
    const links = [
      {
        url: 'https://example.org/video',
        title: 'Summary',
        textAlternative: 'Two people speak',
        lowBandwidthUrl: 'https://example.org/low',
      },
    ];
    const postId = await wrote('group-rep', thread, '', { attachmentIds: [id], links });
    expect(await paths('group-rep', thread, { attachmentIds: [id] })).toEqual(['attachmentIds']);
    const { attachments } = await postOf(
      'expert-lead',
      postId,
      'attachments { id kind url lowBandwidthUrl textAlternative metadataStripped }',
    );
    expect(attachments).toMatchObject([
      { id, kind: 'FILE', url: `/files/discussions/${encodeURIComponent(id)}`, metadataStripped: true },
      {
        kind: 'LINK',
        url: 'https://example.org/video',
        lowBandwidthUrl: 'https://example.org/low',
        metadataStripped: false,
      },
    ]);
    for (const who of ['group-rep', 'expert-lead'] as const) expect(await fetchAs(who, id)).toBe('a.jpg.png');
    for (const who of [
      'americas-rep',
      'americas-coordinator',
      'other-group-rep',
      'africa-rep',
      'partner',
      'operator',
      'gateway',
    ] as const)
      expect([who, await fetchAs(who, id)]).toEqual([who, null]);
    expect(await fetchAs('group-rep', attachments[1].id)).toBeNull();

    const remove = `mutation { removeAttachment(id: "${attachments[1].id}") { post { attachments { id } } problems { __typename } } }`;
    expect((await read('expert-lead', remove)).removeAttachment.problems).toEqual([{ __typename: 'ForbiddenError' }]);
    expect((await read('group-rep', remove)).removeAttachment).toEqual({
      post: { attachments: [{ id }] },
      problems: [],
    });
    await read('group-rep', `mutation { deletePost(id: "${postId}") { post { id } } }`);
    expect(await fetchAs('group-rep', id)).toBeNull();
    expect((await db.query('SELECT 1 FROM discussions.attachment WHERE id = $1', [id])).rows).toEqual([]);
  });

  test('links lead to the web alone, and say what is there', async () => {
    const thread = await started('americas-rep');
    const link = { url: 'https://example.org/', title: 'Here', textAlternative: 'A page' };
    const path = async (over: object) =>
      (await post('americas-rep', thread, 'x', { links: [{ ...link, ...over }] })).problems[0]?.path;
    for (const url of [
      'javascript:alert(1)',
      'data:text/html,x',
      'ftp://example.org',
      '//example.org',
      'https://user:pass@example.org',
      'https://exa mple.org',
      '',
    ])
      expect([url, await path({ url })]).toEqual([url, ['input', 'links', '0', 'url']]);
    expect(await path({ lowBandwidthUrl: 'file:///etc/passwd' })).toEqual(['input', 'links', '0', 'lowBandwidthUrl']);
    expect(await path({ textAlternative: '' })).toEqual(['input', 'links', '0', 'textAlternative']);
    expect((await post('americas-rep', thread, 'x', { links: Array(11).fill(link) })).problems[0]?.path).toEqual([
      'input',
      'links',
    ]);
  });

  test('what nobody goes on with is forgotten after a day, and what a post has is not', async () => {
    const thread = await started('americas-rep');
    const [kept, left] = [
      await sent('americas-rep', thread, Buffer.from('a')),
      await sent('americas-rep', thread, Buffer.from('b')),
    ];
    await wrote('americas-rep', thread, 'with a file', { attachmentIds: [kept] });
    const { upload } = await begin('americas-rep', thread, 5);
    const count = async () =>
      (
        await db.query(
          'SELECT id FROM discussions.attachment WHERE id = ANY($1) UNION ALL SELECT id FROM discussions.upload WHERE id = $2',
          [[kept, left], upload.id],
        )
      ).rows
        .map(({ id }) => id)
        .sort();
    await forgetUnclaimed(await open(), new Date(Date.now() + 23 * 3_600_000));
    expect(await count()).toEqual([kept, left, upload.id].sort());
    await forgetUnclaimed(await open(), new Date(Date.now() + 25 * 3_600_000));
    expect(await count()).toEqual([kept]);
    expect(await fetchAs('americas-rep', kept)).toBe('a.jpg.txt');
    expect((await ask('americas-rep', '{ upload(id: "x y") { id } }')).data.upload).toBeNull();
  });
});

test('a file that its reader cannot bear ends that reader alone', async () => {
  const cleaner = createCleaner();
  const sent = await jpeg();
  const running = cleaner.clean(sent);
  cleaner.stop();
  await expect(running).rejects.toThrow('The platform is stopping');
  const other = createCleaner();
  await expect(other.clean(Buffer.from('PK\u0003\u0004'))).rejects.toThrow('damaged');
  expect((await other.clean(sent)).kind).toBe('jpeg');
});
