import { redraw } from './image.ts';
import { allowed, type KindName, readText, sniff } from './kinds.ts';
import { cleanOffice } from './office.ts';
import { cleanPdf } from './pdf.ts';
import { Refusal } from './refusal.ts';

export interface CleanFile {
  kind: KindName;
  bytes: Uint8Array;
}

/**
 * A file as it may be kept: of an allowed kind, by its bytes, and without what it says of who made it, where, when and with what.
 * @throws Refusal
 */
export async function cleanFile(bytes: Uint8Array): Promise<CleanFile> {
  const kind = sniff(bytes);
  switch (kind) {
    case 'jpeg':
    case 'png':
    case 'webp':
      return { kind, bytes: await redraw(bytes, kind) };
    case 'pdf':
      return { kind, bytes: await cleanPdf(bytes) };
    case 'zip':
      return cleanOffice(bytes);
    case 'text':
      return { kind, bytes: new TextEncoder().encode(readText(bytes)) };
    default:
      throw new Refusal(`This kind of file is not taken: ${allowed} are.`);
  }
}
