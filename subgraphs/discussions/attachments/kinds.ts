/** What a file is, by its bytes. */
export interface FileKind {
  mediaType: string;
  /** Names end with one of these; the first is put at the end of one that does not. */
  endings: readonly string[];
}

const office = 'application/vnd.openxmlformats-officedocument';
export const kinds = {
  jpeg: { mediaType: 'image/jpeg', endings: ['.jpg', '.jpeg'] },
  png: { mediaType: 'image/png', endings: ['.png'] },
  webp: { mediaType: 'image/webp', endings: ['.webp'] },
  pdf: { mediaType: 'application/pdf', endings: ['.pdf'] },
  docx: { mediaType: `${office}.wordprocessingml.document`, endings: ['.docx'] },
  xlsx: { mediaType: `${office}.spreadsheetml.sheet`, endings: ['.xlsx'] },
  pptx: { mediaType: `${office}.presentationml.presentation`, endings: ['.pptx'] },
  text: { mediaType: 'text/plain; charset=utf-8', endings: ['.txt', '.md', '.csv'] },
} as const satisfies Record<string, FileKind>;
export type KindName = keyof typeof kinds;

/** What may be sent, for the message to who sent something else. */
export const allowed = 'JPEG, PNG and WebP images, PDF, DOCX, XLSX, PPTX and plain text in UTF-8';

const begins = (bytes: Uint8Array, ...first: number[]) => first.every((byte, i) => bytes[i] === byte);
const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

/** By the first bytes; `zip` is one that has to be looked into. Undefined: none of ours. */
export function sniff(bytes: Uint8Array): Exclude<KindName, 'docx' | 'xlsx' | 'pptx'> | 'zip' | undefined {
  if (begins(bytes, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (ascii(bytes, 0, 5) === '%PDF-') return 'pdf';
  if (begins(bytes, 0x50, 0x4b, 0x03, 0x04)) return 'zip';
  return readText(bytes) === undefined ? undefined : 'text';
}

/** The text of a file that is nothing but text: UTF-8, and of control characters only line ends, tabs and page ends. */
export function readText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); // leaves a byte order mark out
    return /[^\P{Cc}\n\r\t\f]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The name with an ending that its content calls for, so that nothing is opened as what it is not. */
export function nameFor(kind: KindName, name: string): string {
  const { endings } = kinds[kind];
  const fits = endings.some((ending) => name.toLowerCase().endsWith(ending));
  return fits ? name : `${name}${endings[0]}`;
}
