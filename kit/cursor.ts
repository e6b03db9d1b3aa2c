import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { ApiError } from './errors.ts';

/**
 * Makes and reads opaque cursors of one installation. A cursor says where in which stream a reader stands; it is
 * encrypted and authenticated under CURSOR_SECRET and bound to its stream (kind, name, installation), not to its reader:
 * what a reader may see is judged at delivery.
 */
export interface Cursors<Position> {
  encode(position: Position): string;
  /** @throws ApiError CURSOR_INVALID when altered, or made for another stream or installation */
  decode(cursor: string): Position;
}

export interface StreamName {
  /** e.g. `plan`, `feed`, `list`: cursors of different kinds are never exchangeable. */
  kind: string;
  /** e.g. the plan's id, or the list's name. */
  stream: string;
  installation: string;
}

/** The IV is derived from the text (as in AES-SIV), so that equal positions give equal cursors and no IV repeats for two texts. */
export function createCursors<Position>(secret: string, name: StreamName): Cursors<Position> {
  const context = `${name.kind}\n${name.stream}\n${name.installation}`;
  const derived = Buffer.from(hkdfSync('sha256', secret, 'net4u-cursor', context, 64));
  const key = derived.subarray(0, 32);
  const ivKey = derived.subarray(32);
  return {
    encode(position) {
      const text = Buffer.from(JSON.stringify(position));
      const iv = createHmac('sha256', ivKey).update(text).digest().subarray(0, 12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    decode(cursor) {
      try {
        const bytes = Buffer.from(cursor, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(-16));
        const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
        return JSON.parse(text.toString()) as Position;
      } catch {
        throw new ApiError(
          'CURSOR_INVALID',
          `This cursor is not one of the ${name.kind} stream asked for, or it was altered.`,
        );
      }
    },
  };
}
