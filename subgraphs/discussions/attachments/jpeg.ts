/**
 * A JPEG without what is said about it: EXIF and XMP (APP1), IPTC (APP13), other applications' notes and comments. The picture itself,
 * its colour profile (APP2) and the word on its colour transform (APP14) stay as they are, byte for byte.
 * @returns undefined if it is not a JPEG that can be followed
 */
export function stripJpeg(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at += 1; // filling
      continue;
    }
    if (marker === 0xda) {
      kept.push(bytes.subarray(at)); // the picture, up to the end
      return concat(kept);
    }
    const length = 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
    if (length < 4 || at + length > bytes.length) return undefined;
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    const isNeeded = marker === 0xe0 || marker === 0xee || (marker === 0xe2 && isProfile(bytes.subarray(at + 4)));
    if (marker !== 0xfe && (!isApplication || isNeeded)) kept.push(bytes.subarray(at, at + length));
    at += length;
  }
  return undefined;
}

const isProfile = (data: Uint8Array) => String.fromCharCode(...data.subarray(0, 11)) === 'ICC_PROFILE';

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
