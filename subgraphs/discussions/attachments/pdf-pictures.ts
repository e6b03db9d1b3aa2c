import { decodePDFRawStream, PDFArray, type PDFDict, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import { stripJbig2 } from './jbig2.ts';
import { stripJpeg } from './jpeg.ts';
import { stripJpeg2000 } from './jpeg2000.ts';
import { Refusal } from './refusal.ts';

const name = (text: string) => PDFName.of(text);

/** Kinds of pictures that may say something of themselves, as PDF calls them; the others are points and nothing else. */
const kinds: readonly {
  names: readonly string[];
  strip: (bytes: Uint8Array) => Uint8Array | undefined;
  called: string;
}[] = [
  { names: ['DCTDecode', 'DCT'], strip: stripJpeg, called: 'photograph (JPEG)' },
  { names: ['JPXDecode'], strip: stripJpeg2000, called: 'photograph (JPEG 2000)' },
  { names: ['JBIG2Decode'], strip: stripJbig2, called: 'scanned picture (JBIG2)' },
];

/**
 * A picture without what it says of itself; its points stay as they are. Undefined for what is no such picture.
 * @throws Refusal for one that cannot be followed
 */
export function stripPicture(stream: PDFRawStream): PDFRawStream | undefined {
  const { dict } = stream;
  const filters = listOf(dict, 'Filter', 'F');
  const last = filters.at(-1);
  const kind = kinds.find(({ names }) => names.some((one) => last === name(one)));
  if (!kind) {
    refuseWithin(stream);
    return undefined;
  }
  const parameters = listOf(dict, 'DecodeParms', 'DP').at(-1);
  let bytes = stream.contents;
  if (filters.length > 1) {
    const outer = dict.clone();
    outer.set(name('Filter'), dict.context.obj(filters.slice(0, -1) as PDFName[]));
    outer.delete(name('DecodeParms'));
    bytes = decodePDFRawStream(PDFRawStream.of(outer, stream.contents)).decode();
    dict.set(name('Filter'), name(kind.names[0] as string));
    dict.delete(name('DecodeParms'));
    // What the picture itself needs: shapes that several pages share, how its colours are told.
    if (parameters) dict.set(name('DecodeParms'), parameters as PDFDict);
  }
  const stripped = kind.strip(bytes);
  if (!stripped) {
    throw new Refusal(
      `The PDF holds a damaged ${kind.called}, which cannot be cleaned: print it to a new PDF and send that.`,
    );
  }
  return PDFRawStream.of(dict, stripped);
}

/** What stands under a key, whether it is one thing or a list of them; null within a list is undefined. */
function listOf(dict: PDFDict, ...keys: string[]): unknown[] {
  const value = keys.map((key) => dict.lookup(name(key))).find((one) => one !== undefined);
  if (value instanceof PDFArray) return value.asArray().map((one) => dict.context.lookup(one));
  return value === undefined ? [] : [value];
}

/** How EXIF and XMP begin. */
const told = ['Exif\0\0', 'http://ns.adobe.com/xap/', '<x:xmpmeta', 'Photoshop 3.0\0'].map((text) =>
  Buffer.from(text, 'latin1'),
);
const fonts = ['Length1', 'Length2', 'Length3'];

/** A page may draw a photograph in the midst of its own text, where it is not found as a picture. @throws Refusal */
function refuseWithin(stream: PDFRawStream): void {
  const { dict } = stream;
  if (dict.lookup(name('Subtype')) === name('Image') || fonts.some((key) => dict.has(name(key)))) return;
  let text: Uint8Array;
  try {
    text = decodePDFRawStream(stream).decode();
  } catch {
    return; // of no kind that a page is written in
  }
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  if (told.some((words) => bytes.includes(words))) {
    throw new Refusal(
      'The PDF draws a photograph within the text of a page, which cannot be cleaned of what it says of itself: print it to a new PDF and send that.',
    );
  }
}
