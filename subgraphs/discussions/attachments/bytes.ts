/** Pieces of a file, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers as JPEG, JPEG 2000 and JBIG2 write them, the highest byte first. NaN beyond the end. */
export const uint16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? Number.NaN) * 0x100 + (bytes[at + 1] ?? Number.NaN);
export const uint32 = (bytes: Uint8Array, at: number): number => uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);

/** Four bytes. */
export const ofUint32 = (value: number): Uint8Array =>
  Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);

/** ISO 8859-1. */
export const latin = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));
