import { strFromU8, strToU8, type Unzipped, unzipSync, type Zippable, zipSync } from 'fflate';
import { type ImageFormat, redraw } from './image.ts';
import { type KindName, sniff } from './kinds.ts';
import { attributeOf, cleanPart, cleanSvg, dropRelationships, emptyProperties } from './parts.ts';
import { Refusal } from './refusal.ts';

const mostBytes = 64 * 1024 * 1024; // of a document taken apart
const mostParts = 5_000;
const epoch = new Date(1980, 0, 1); // the earliest that a ZIP can say

const mains: Record<string, KindName> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml': 'pptx',
};
const pictures: Record<string, ImageFormat> = {
  jpg: 'jpeg',
  jpeg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tif: 'tiff',
  tiff: 'tiff',
};
/** Drawings and letters that say nothing of who made them. Whatever else there is cannot be cleaned. */
const plain = /^(emf|wmf|emz|wmz|bmp|dib|odttf|fntdata|ttf|otf)$/;

export interface CleanOffice {
  kind: KindName;
  bytes: Uint8Array;
}

/**
 * An office document without its properties (author, company, editing times, paths), names in comments and tracked changes, printer
 * settings, labels, thumbnails, and what its pictures say of themselves. Macros, other programs, films and sounds are refused.
 * @param depth how many documents it lies in
 * @throws Refusal
 */
export async function cleanOffice(bytes: Uint8Array, depth = 0): Promise<CleanOffice> {
  const parts = takeApart(bytes);
  const types = readXml(parts, '[Content_Types].xml');
  const kind = Object.entries(mains).find(([type]) => types.includes(`"${type}"`))?.[1];
  const names = Object.keys(parts);
  if (/macroEnabled|vbaProject/i.test(types) || names.some((part) => /vbaProject|activeX\//i.test(part)))
    throw new Refusal('The document holds macros or other programs: save it without them.');
  if (!kind) throw new Refusal('A ZIP file that is no DOCX, XLSX or PPTX: send its files by themselves.');

  const typeOf = readTypes(types);
  const clean: Zippable = {};
  for (const part of names) {
    if (part.endsWith('/') || isDropped(part)) continue;
    const kept =
      part === '[Content_Types].xml'
        ? strToU8(dropOverrides(types))
        : await cleanOne(part, typeOf(part), parts[part] as Uint8Array, depth);
    clean[part] = [kept, { mtime: epoch }];
  }
  return { kind, bytes: zipSync(clean, { level: 6 }) };
}

/** Parts that go altogether; their relationships are dropped in `parts.ts`. */
const isDropped = (part: string) =>
  /^docProps\/thumbnail\.|\/printerSettings\/|^xl\/revisions\/|^_xmlsignatures\/|^docMetadata\/|^\[trash\]\//i.test(
    part,
  );

/** The types of parts that are no longer there. */
const dropOverrides = (types: string) =>
  types.replace(/<(?:\w+:)?Override\s[^>]*?PartName\s*=\s*["']\/([^"']*)["'][^>]*\/>/g, (tag, part: string) =>
    isDropped(part) ? '' : tag,
  );

/** What a part is, by its own name or its ending: properties may lie anywhere. */
function readTypes(types: string): (part: string) => string {
  const own = new Map<string, string>();
  for (const [tag, name] of types.matchAll(/<(?:\w+:)?(Override|Default)\s[^>]*>/g)) {
    const of = attributeOf(tag, name === 'Override' ? 'PartName' : 'Extension').toLowerCase();
    own.set(name === 'Override' ? of.replace(/^\//, '') : `*.${of}`, attributeOf(tag, 'ContentType'));
  }
  return (part) => own.get(part.toLowerCase()) ?? own.get(`*.${endingOf(part)}`) ?? '';
}

const endingOf = (part: string) => /\.(\w+)$/.exec(part)?.[1]?.toLowerCase() ?? '';

async function cleanOne(part: string, type: string, bytes: Uint8Array, depth: number): Promise<Uint8Array> {
  const ending = endingOf(part);
  const properties = emptyProperties(type);
  if (properties) return strToU8(properties);
  if (ending === 'rels') return strToU8(dropRelationships(decode(part, bytes)));
  if (ending === 'svg') return strToU8(cleanSvg(decode(part, bytes)));
  if (ending === 'xml' || ending === 'vml' || /[+/]xml$/.test(type)) {
    return strToU8(cleanPart(part, decode(part, bytes)));
  }
  const looks = sniff(bytes);
  const picture = pictures[ending] ?? (looks === 'jpeg' || looks === 'png' || looks === 'webp' ? looks : undefined);
  if (picture) return redraw(bytes, picture);
  if (/\/embeddings\//i.test(part)) {
    if (depth > 0 || !['docx', 'xlsx', 'pptx'].includes(ending))
      throw new Refusal('The document holds an object of another program: paste it as a picture instead.');
    return (await cleanOffice(bytes, depth + 1)).bytes;
  }
  if (bytes.length > 0 && !plain.test(ending)) {
    throw new Refusal(
      `The document holds something that cannot be cleaned of what it says of people (${part}), such as a film or a sound: take it out, and link to it.`,
    );
  }
  return bytes;
}

function takeApart(bytes: Uint8Array): Unzipped {
  let size = 0;
  let count = 0;
  try {
    return unzipSync(bytes, {
      filter({ originalSize }) {
        size += originalSize;
        count += 1;
        if (size > mostBytes || count > mostParts) throw new Refusal('The document is too large once it is unpacked.');
        return true;
      },
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('The document is damaged, or protected by a password.');
  }
}

function readXml(parts: Unzipped, part: string): string {
  const bytes = parts[part];
  return bytes ? decode(part, bytes) : '';
}

/** What cannot be read cannot be cleaned. */
function decode(part: string, bytes: Uint8Array): string {
  const text = strFromU8(bytes).replace(/^\uFEFF/, '');
  if (text.includes('\0') || /^\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8|us-ascii)/i.test(text))
    throw new Refusal(`The document has a part that is not in UTF-8 (${part}): save it anew.`);
  if (/<!DOCTYPE|<!ENTITY/i.test(text))
    throw new Refusal(`The document has a part with a DTD (${part}): save it anew.`);
  return text;
}
