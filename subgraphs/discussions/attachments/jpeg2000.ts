import { concat, latin, ofUint32, uint16, uint32 } from './bytes.ts';

/** Boxes that draw the picture. All others are said about it, by whom, where and with what: XML, UUID (EXIF, GPS, XMP), labels, rights. */
const drawing = new Set(['jP  ', 'ftyp', 'rreq', 'jp2h', 'jp2c', 'jpch', 'jplh']);
const holding = new Set(['jp2h', 'jpch', 'jplh', 'cgrp']);
const within = new Set(['ihdr', 'bpcc', 'colr', 'pclr', 'cmap', 'cdef', 'res ', 'opct', 'cgrp']);
const deepest = 4; // boxes within boxes; a picture needs two

/**
 * A JPEG 2000 picture, as a file of boxes or as its code alone, without what is said about it and without what lies behind its end. The picture stays as it is.
 * @returns undefined if it cannot be followed
 */
export function stripJpeg2000(bytes: Uint8Array): Uint8Array | undefined {
  if (uint32(bytes, 0) === 0xff4fff51) return stripCode(bytes);
  return latin(bytes, 4, 8) === 'jP  ' ? stripBoxes(bytes, drawing) : undefined;
}

function stripBoxes(bytes: Uint8Array, wanted: ReadonlySet<string>, depth = 0): Uint8Array | undefined {
  if (depth > deepest) return undefined;
  const kept: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = uint32(bytes, at);
    const isLong = size === 1;
    const head = isLong ? 16 : 8;
    const length = isLong ? uint32(bytes, at + 8) * 2 ** 32 + uint32(bytes, at + 12) : size || bytes.length - at;
    // What stands behind a whole picture is no box, and goes.
    if (!(length >= head && at + length <= bytes.length))
      return kept.length > 0 && hasCode(kept) ? concat(kept) : undefined;
    const type = latin(bytes, at + 4, at + 8);
    const content = bytes.subarray(at + head, at + length);
    at += length;
    if (!wanted.has(type)) continue;
    const clean =
      type === 'jp2c' ? stripCode(content) : holding.has(type) ? stripBoxes(content, within, depth + 1) : content;
    if (!clean) return undefined;
    kept.push(concat([ofUint32(clean.length + 8), Buffer.from(type, 'latin1'), clean]));
  }
  return wanted === within || hasCode(kept) ? concat(kept) : undefined;
}

const hasCode = (boxes: readonly Uint8Array[]): boolean => boxes.some((box) => latin(box, 4, 8) === 'jp2c');

const startOfPart = 0xff90;
const startOfData = 0xff93;
const endOfCode = 0xffd9;
const comment = 0xff64;
const partLengths = 0xff55; // where parts begin: true no more once one of them is shorter

function stripCode(bytes: Uint8Array): Uint8Array | undefined {
  const head = segmentsOf(bytes, 2, startOfPart);
  if (!head) return undefined;
  const parts: Uint8Array[] = [];
  let isShorter = false;
  let at = head.end;
  while (uint16(bytes, at) === startOfPart) {
    const told = uint32(bytes, at + 6);
    const own = segmentsOf(bytes, at + 12, startOfData);
    if (!own) return undefined;
    // The last part may leave open how long it is.
    const end = told === 0 ? endOfData(bytes, own.end) : Math.min(at + told, bytes.length);
    if (end < own.end) return undefined;
    const kept = own.segments.filter(({ marker }) => marker !== comment).map(({ segment }) => segment);
    isShorter ||= kept.length < own.segments.length;
    const rest = [...kept, bytes.subarray(own.end, end)];
    const length = 12 + rest.reduce((sum, { length: size }) => sum + size, 0);
    parts.push(
      concat([
        bytes.subarray(at, at + 6),
        ofUint32(told === 0 ? 0 : length),
        bytes.subarray(at + 10, at + 12),
        ...rest,
      ]),
    );
    at = end;
  }
  if (parts.length === 0) return undefined;
  const kept = head.segments.filter(({ marker }) => marker !== comment && !(isShorter && marker === partLengths));
  return concat([bytes.subarray(0, 2), ...kept.map(({ segment }) => segment), ...parts, Uint8Array.of(0xff, 0xd9)]);
}

/** The segments of a header up to the marker that ends it, and where that stands. */
function segmentsOf(
  bytes: Uint8Array,
  from: number,
  last: number,
): { segments: { marker: number; segment: Uint8Array }[]; end: number } | undefined {
  const segments: { marker: number; segment: Uint8Array }[] = [];
  for (let at = from; at + 4 <= bytes.length; ) {
    const marker = uint16(bytes, at);
    if (marker === last) return { segments, end: at };
    const length = 2 + uint16(bytes, at + 2);
    if (marker < 0xff01 || !(length >= 4 && at + length <= bytes.length)) return undefined;
    segments.push({ marker, segment: bytes.subarray(at, at + length) });
    at += length;
  }
  return undefined;
}

/** Within the data no 0xff is followed by more than 0x8f, but in the numbers that packets may begin with (SOP). */
function endOfData(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = uint16(bytes, at);
    if (marker === 0xff91) at += 5;
    else if (marker === endOfCode) return at;
  }
  return bytes.length;
}
