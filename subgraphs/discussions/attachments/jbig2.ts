import { concat, uint32 } from './bytes.ts';

const extension = 62; // comments of programs, as names with values
const unknown = 0xffffffff;

/**
 * A JBIG2 picture as it stands in a PDF, without comments.
 * @returns undefined if it cannot be followed
 */
export function stripJbig2(bytes: Uint8Array): Uint8Array | undefined {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const number = uint32(bytes, at);
    const flags = bytes[at + 4] ?? 0;
    let head = at + 5;
    const first = bytes[head] ?? 0;
    let references = first >>> 5;
    if (references === 7) {
      references = uint32(bytes, head) % 0x20000000;
      head += 4 + Math.ceil((references + 1) / 8);
    } else head += 1;
    head += references * (number <= 256 ? 1 : number <= 65_536 ? 2 : 4) + (flags & 0x40 ? 4 : 1);
    const told = uint32(bytes, head);
    // One that leaves open how long it is can only be followed by drawing it: the last one may.
    const end = told === unknown ? bytes.length : head + 4 + told;
    if (!(end <= bytes.length)) return undefined;
    if ((flags & 0x3f) !== extension) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return kept.length > 0 ? concat(kept) : undefined;
}
