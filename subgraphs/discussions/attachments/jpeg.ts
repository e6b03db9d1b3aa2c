import { concat, latin, uint16 } from './bytes.ts';

/**
 * A JPEG without what is said about it: EXIF and XMP (APP1), IPTC (APP13), other applications' notes, small copies of the picture and comments, also those between its
 * scans; and without what was put behind its end, such as a second picture with an EXIF of its own. The picture itself, its colour profile (APP2) and the word on its
 * colour transform (APP14) stay as they are, byte for byte.
 * @returns undefined if it is not a JPEG that can be followed
 */
export function stripJpeg(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let scans = 0;
  let at = 2;
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1; // filling
      continue;
    }
    if (marker === 0xd9) {
      kept.push(bytes.subarray(at, at + 2));
      return scans > 0 ? concat(kept) : undefined;
    }
    const length = 2 + uint16(bytes, at + 2);
    if (!(length >= 4 && at + length <= bytes.length)) break;
    const segment = bytes.subarray(at, at + length);
    at += length;
    if (marker === 0xda) {
      const end = endOfScan(bytes, at);
      kept.push(segment, bytes.subarray(at, end));
      scans += 1;
      at = end;
    } else {
      const clean = cleanSegment(marker, segment);
      if (clean) kept.push(clean);
    }
  }
  // One that was cut off after its picture began is still shown.
  return scans > 0 ? concat(kept) : undefined;
}

/** Where the next marker stands: within a scan 0xff is followed by 0, or by the number of a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

function cleanSegment(marker: number, segment: Uint8Array): Uint8Array | undefined {
  if (marker === 0xe0) {
    if (latin(segment, 4, 8) !== 'JFIF' || segment.length < 18) return undefined;
    // Without the small copy, which may show what was cut off the picture.
    return concat([Uint8Array.of(0xff, 0xe0, 0, 16), segment.subarray(4, 16), Uint8Array.of(0, 0)]);
  }
  const isApplication = marker >= 0xe1 && marker <= 0xef;
  const isNeeded = marker === 0xee || (marker === 0xe2 && latin(segment, 4, 15) === 'ICC_PROFILE');
  return marker === 0xfe || (isApplication && !isNeeded) ? undefined : segment;
}
