/** An id as a part of an address: a colon may stand in one as it is. */
export const toPart = (id: string): string => encodeURIComponent(id).replaceAll('%3A', ':');

export function readPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // of nothing there is
  }
}
