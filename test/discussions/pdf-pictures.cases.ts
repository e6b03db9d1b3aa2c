import { deflateSync } from 'node:zlib';
import { PDFDict, PDFDocument, PDFName, PDFRawStream, PDFString } from '@cantoo/pdf-lib';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { cleanFile } from '../../subgraphs/discussions/attachments/clean.ts';
import { jpeg, secret } from './files.ts';

const bytes = (...parts: (string | number | number[] | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number'
        ? Buffer.of(part >>> 24, (part >>> 16) & 255, (part >>> 8) & 255, part & 255)
        : Buffer.from(part as string),
    ),
  );

/** A segment of JPEG 2000 code: its marker, how long it is, what it says. */
const segment = (marker: number, content: Uint8Array) =>
  bytes([0xff, marker, (content.length + 2) >>> 8, (content.length + 2) & 255], content);
const comment = segment(0x64, bytes([0, 1], `Made by ${secret}`));
/** Two tile-parts, the second of which leaves open how long it is; with a comment wherever one may stand. */
function code(comments: Uint8Array, lengths: Uint8Array): Buffer {
  const size = segment(0x51, Buffer.alloc(38));
  const data = bytes([0xff, 0x93, 1, 2, 0xff, 0x7f, 3]);
  const part = (index: number, isOpen: boolean) =>
    bytes([0xff, 0x90, 0, 10, 0, index], isOpen ? 0 : 12 + comments.length + data.length, [0, 1], comments, data);
  return bytes([0xff, 0x4f], size, comments, lengths, part(0, false), part(1, true), [0xff, 0xd9]);
}
const box = (type: string, content: Uint8Array) => bytes(content.length + 8, type, content);
/** A file of boxes. @param more said about the picture, within its header and beside it */
const boxes = (more: { inner: Uint8Array; outer: Uint8Array }, picture: Uint8Array) =>
  bytes(
    box('jP  ', Buffer.of(0x0d, 0x0a, 0x87, 0x0a)),
    box('ftyp', bytes('jp2 ', 0, 'jp2 ')),
    box('jp2h', bytes(box('ihdr', Buffer.alloc(14)), more.inner, box('colr', Buffer.alloc(7)))),
    more.outer,
    box('jp2c', picture),
  );
const none = { inner: Buffer.alloc(0), outer: Buffer.alloc(0) };
const said = {
  inner: box('xml ', bytes(secret)),
  // a length of eight bytes, as files of cameras have it
  outer: bytes(box('uuid', bytes('JpgTiffExif->JP2', secret)), bytes(1, 'xml ', 0, 16 + secret.length, secret)),
};
const lengths = segment(0x55, Buffer.alloc(4));
const clean2000 = boxes(none, code(Buffer.alloc(0), Buffer.alloc(0)));
const made2000 = bytes(boxes(said, code(comment, lengths)), `behind the end ${secret}`);

const jbig2 = (number: number, type: number, content: string) => bytes(number, [type, 0, 1], content.length, content);

async function pdfWith(picture: Uint8Array, filter: unknown, more: object = {}): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const page = document.addPage();
  const { context } = document;
  const dict = context.obj({
    Type: 'XObject',
    Subtype: 'Image',
    Width: 1,
    Height: 1,
    Filter: filter,
    ...more,
  } as never);
  const ref = context.register(PDFRawStream.of(dict as unknown as PDFDict, picture));
  page.node.setXObject(PDFName.of('Im0'), ref);
  return document.save();
}
/** The stream of a file's only picture, as it is kept. */
async function pictureIn(file: Uint8Array): Promise<{ filter: string; contents: Buffer }> {
  const { context } = await PDFDocument.load((await cleanFile(file)).bytes, { updateMetadata: false });
  for (const [, object] of context.enumerateIndirectObjects())
    if (object instanceof PDFRawStream && object.dict.get(PDFName.of('Subtype')) === PDFName.of('Image'))
      return { filter: String(object.dict.get(PDFName.of('Filter'))), contents: Buffer.from(object.contents) };
  throw new Error('no picture');
}
const refusal = (file: Uint8Array) =>
  cleanFile(file).then(
    () => 'taken',
    (error: Error) => error.message,
  );

describe('a picture in a PDF', () => {
  test.each<[string, unknown, Uint8Array]>([
    ['JPEG 2000', 'JPXDecode', made2000],
    ['JPEG 2000, packed once more', ['FlateDecode', 'JPXDecode'], deflateSync(made2000)],
  ])('%s: without EXIF, XML, labels, comments and what lies behind its end', async (_, filter, made) => {
    const { filter: kept, contents } = await pictureIn(await pdfWith(made, filter));
    expect(contents.includes(secret)).toBe(false);
    expect([kept.includes('JPXDecode'), contents.equals(clean2000)]).toEqual([true, true]);
  });

  test('JPEG 2000 as code alone', async () => {
    const { contents } = await pictureIn(await pdfWith(code(comment, lengths), 'JPXDecode'));
    expect(contents.equals(code(Buffer.alloc(0), Buffer.alloc(0)))).toBe(true);
  });

  test('JBIG2: without comments of the program', async () => {
    const made = bytes(jbig2(0, 48, 'a page'), jbig2(1, 62, secret), jbig2(2, 38, 'its points'));
    const { contents } = await pictureIn(await pdfWith(made, 'JBIG2Decode'));
    expect(contents.equals(bytes(jbig2(0, 48, 'a page'), jbig2(2, 38, 'its points')))).toBe(true);
  });

  test.each<[string, (photograph: Buffer) => Buffer]>([
    ['a second photograph behind the first', (one) => bytes(one, one, secret)],
    ['a comment between its scans', (one) => bytes(one.subarray(0, -2), segment(0xfe, bytes(secret)), [0xff, 0xd9])],
    ['a small copy of it', (one) => bytes(one.subarray(0, 2), segment(0xe0, bytes('JFXX\0', secret)), one.subarray(2))],
  ])('JPEG with %s: without that, and still the same picture', async (_, change) => {
    const photograph = await jpeg();
    const { contents } = await pictureIn(await pdfWith(change(photograph), 'DCT'));
    expect(contents.includes(secret)).toBe(false);
    const pixels = (picture: Buffer) => sharp(picture, { failOn: 'warning' }).raw().toBuffer();
    expect((await pixels(contents)).equals(await pixels(photograph))).toBe(true);
  });

  test('that cannot be followed is refused, and one within the text of a page', async () => {
    for (const filter of ['JPXDecode', 'JBIG2Decode', 'DCTDecode'])
      expect(await refusal(await pdfWith(bytes('no picture', secret), filter))).toMatch(/damaged .*print it/);
    expect(await refusal(await pdfWith(made2000.subarray(0, 120), 'JPXDecode'))).toMatch(/damaged/);
    // 100,000 boxes, each within the one before
    const nested = Buffer.concat(Array.from({ length: 100_000 }, (_, n) => bytes(8 * (100_000 - n), 'cgrp')));
    const deep = boxes({ inner: nested, outer: Buffer.alloc(0) }, code(Buffer.alloc(0), lengths));
    expect(await refusal(await pdfWith(deep, 'JPXDecode'))).toMatch(/damaged/);
    const document = await PDFDocument.create();
    const page = document.addPage();
    const text = bytes('q BI /W 64 /H 32 /F /DCT ID ', await jpeg(), ' EI Q');
    page.node.set(PDFName.of('Contents'), document.context.register(document.context.flateStream(text)));
    expect(await refusal(await document.save())).toMatch(/within the text of a page/);
  });
});

test('who signed a PDF, where and when, goes with the signature, which its being cleaned has ended', async () => {
  const document = await PDFDocument.create();
  document.addPage();
  const { context } = document;
  const signature = {
    Type: 'Sig',
    ByteRange: [0, 1, 2, 3],
    Name: PDFString.of(secret),
    Location: PDFString.of(secret),
  };
  const field = context.register(
    context.obj({ FT: 'Sig', T: PDFString.of('s'), V: context.register(context.obj(signature as never)) }),
  );
  document.catalog.set(PDFName.of('AcroForm'), context.obj({ Fields: [field] }));
  const { bytes: kept } = await cleanFile(await document.save());
  const { context: after } = await PDFDocument.load(kept, { updateMetadata: false });
  const texts = [...after.enumerateIndirectObjects()].map(([, object]) =>
    object instanceof PDFDict ? object.toString() : '',
  );
  expect(texts.join().includes(secret)).toBe(false);
});
