import { ApiError } from './errors.ts';
import { createSeal } from './seal.ts';

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

export function createCursors<Position>(secret: string, name: StreamName): Cursors<Position> {
  const seal = createSeal(secret, `${name.kind}\n${name.stream}\n${name.installation}`);
  const recent = new Map<string, string>(); // an edit's cursor goes to its writer and to its readers
  return {
    encode(position) {
      const text = JSON.stringify(position);
      let sealed = recent.get(text);
      if (sealed === undefined) {
        sealed = seal.close(text);
        if (recent.size >= 256) recent.clear();
        recent.set(text, sealed);
      }
      return sealed;
    },
    decode(cursor) {
      try {
        return JSON.parse(seal.open(cursor)) as Position;
      } catch {
        throw new ApiError(
          'CURSOR_INVALID',
          `This cursor is not one of the ${name.kind} stream asked for, or it was altered.`,
        );
      }
    },
  };
}
