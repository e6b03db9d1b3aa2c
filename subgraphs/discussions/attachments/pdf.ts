import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFObject,
  PDFRawStream,
  PDFRef,
  PDFStream,
} from '@cantoo/pdf-lib';
import { stripPicture } from './pdf-pictures.ts';
import { Refusal } from './refusal.ts';

/** Said about the document or a part of it, by whom and when; and what a reader's program would do by itself. */
const unwanted = ['Metadata', 'PieceInfo', 'LastModified', 'OpenAction', 'AA', 'JavaScript', 'JS', 'XFA'].map((key) =>
  PDFName.of(key),
);
const name = (text: string) => PDFName.of(text);
/** What starts programs, sends something, or opens a file elsewhere. */
const actions = ['JavaScript', 'Launch', 'SubmitForm', 'ImportData', 'GoToR', 'GoToE', 'Rendition'];

/**
 * A PDF saved again: without Info and XMP, earlier states and whatever nothing refers to, names of who annotated, scripts, signatures, and what its
 * pictures say of themselves. Its pages look as they did.
 * @throws Refusal
 */
export async function cleanPdf(bytes: Uint8Array): Promise<Uint8Array> {
  const document = await open(bytes);
  const { context } = document;
  const { trailerInfo } = context;
  trailerInfo.Info = undefined;
  trailerInfo.ID = undefined;
  for (const [, object] of context.enumerateIndirectObjects()) cleanObject(object);
  dropUnreached(document);
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    const stripped = object instanceof PDFRawStream && stripPicture(object);
    if (stripped) context.assign(ref, stripped);
  }
  return document.save({ updateFieldAppearances: false, useObjectStreams: true, addDefaultPage: false });
}

async function open(bytes: Uint8Array): Promise<PDFDocument> {
  try {
    const document = await PDFDocument.load(bytes, { updateMetadata: false, throwOnInvalidObject: true });
    if (document.getPageCount() === 0) throw new Error('no pages');
    return document;
  } catch (error) {
    const isLocked = /encrypt|password/i.test(`${(error as Error).name} ${(error as Error).message}`);
    throw new Refusal(
      isLocked
        ? 'The PDF is protected by a password: save it without one.'
        : 'The PDF is damaged: print it to a new PDF and send that.',
    );
  }
}

/** An object and what lies within it; what it refers to is met by itself. */
function cleanObject(object: PDFObject): void {
  if (object instanceof PDFArray) {
    for (const item of object.asArray()) cleanObject(item);
    return;
  }
  const dict = object instanceof PDFStream ? object.dict : object;
  if (!(dict instanceof PDFDict)) return;
  if (dict.has(name('EF')) || dict.has(name('EmbeddedFiles'))) {
    throw new Refusal('The PDF holds other files: take them out, and send them by themselves.');
  }
  for (const key of unwanted) dict.delete(key);
  const subtype = dict.lookup(name('Subtype'));
  // Who signed it, when, where and why: once it is saved again the signature says nothing else.
  if (dict.has(name('ByteRange'))) for (const key of dict.keys()) dict.delete(key);
  const isNote = dict.has(name('Rect')) && subtype !== undefined && subtype !== name('Widget');
  if (isNote) for (const key of ['T', 'M', 'CreationDate']) dict.delete(name(key)); // who wrote it, and when
  // By what it refers to as well: a reader's program follows it.
  const action = dict.lookup(name('S'));
  if (actions.some((one) => action === name(one))) {
    for (const key of ['F', 'Win', 'Mac', 'Unix', 'Next']) dict.delete(name(key));
  }
  for (const [, value] of dict.entries()) cleanObject(value);
}

/** What was taken out above, and what earlier states of the document left behind, would otherwise be saved again. */
function dropUnreached({ context }: PDFDocument): void {
  const reached = new Set<PDFRef>();
  const waiting: PDFObject[] = [context.trailerInfo.Root as PDFObject];
  for (let object = waiting.pop(); object; object = waiting.pop()) {
    if (object instanceof PDFRef) {
      if (reached.has(object)) continue;
      reached.add(object);
      const found = context.lookup(object);
      if (found) waiting.push(found);
    } else if (object instanceof PDFArray) waiting.push(...object.asArray());
    else if (object instanceof PDFStream) waiting.push(...object.dict.values());
    else if (object instanceof PDFDict) waiting.push(...object.values());
  }
  for (const [ref] of context.enumerateIndirectObjects()) if (!reached.has(ref)) context.delete(ref);
}
