import { createCursors } from '../cursor.ts';

/**
 * Where a reader stands: per network, the position of the last event it has passed. A network that is absent stands at 0.
 * Never changed once made, so that readers may share one.
 */
export type Vector = Readonly<Record<string, number>>;

export const covers = (reader: Vector, other: Vector): boolean =>
  Object.entries(other).every(([networkId, position]) => (reader[networkId] ?? 0) >= position);

/** The later of both in every network; the same object as one of them where that is enough. */
export function merge(a: Vector, b: Vector): Vector {
  if (covers(b, a)) return b;
  if (covers(a, b)) return a;
  const merged: Record<string, number> = { ...a };
  for (const [networkId, position] of Object.entries(b)) {
    merged[networkId] = Math.max(position, merged[networkId] ?? 0);
  }
  return merged;
}

/** The earlier of both in every network. */
export const nearest = (a: Vector, b: Vector): Vector =>
  Object.fromEntries(
    Object.entries(a).flatMap(([networkId, position]) => {
      const other = b[networkId];
      return other === undefined ? [] : [[networkId, Math.min(position, other)]];
    }),
  );

/** Cursors of the feed, for one installation and all its epochs. */
export interface FeedCursors {
  /** The installation's, as this process last heard: what is encoded is of it. */
  readonly epoch: number;
  /** Equal places have equal cursors. */
  encode(vector: Vector): string;
  /**
   * @returns null for a cursor of another epoch of this installation: made before a restore from backup, so that its
   * positions may name other events now
   * @throws ApiError CURSOR_INVALID
   */
  decode(cursor: string): Vector | null;
  /** Another epoch has begun: the database was restored under the running process. */
  begin(epoch: number): void;
}

export function createFeedCursors(secret: string, installation: { id: string; epoch: number }): FeedCursors {
  const { id } = installation;
  let { epoch } = installation;
  const cursors = createCursors<{ epoch: number; at: Vector }>(secret, {
    kind: 'feed',
    stream: 'networks',
    installation: id,
  });
  let encoded = new WeakMap<Vector, string>(); // live readers share vectors
  const sort = (vector: Vector) => Object.fromEntries(Object.entries(vector).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    get epoch() {
      return epoch;
    },
    encode(vector) {
      let text = encoded.get(vector);
      if (text === undefined) {
        text = cursors.encode({ epoch, at: sort(vector) });
        encoded.set(vector, text);
      }
      return text;
    },
    decode(cursor) {
      const position = cursors.decode(cursor);
      return position.epoch === epoch ? position.at : null;
    },
    begin(another) {
      epoch = another;
      encoded = new WeakMap();
    },
  };
}
