import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import type { Cursors } from '../../kit/cursor.ts';
import { ApiError } from '../../kit/errors.ts';
import type { Hints } from '../../kit/hints.ts';
import { mayFollowMemberships, mayHearOf } from './policy.ts';
import type { MembershipStatus } from './states.ts';

/** Hint channel: "some membership has taken a step"; the payload is empty. */
export const changesChannel = 'memberships';

/** One step of a membership, in the order of its network. */
export interface ChangeRow {
  networkId: string;
  /** From 1, without holes within the network. */
  position: number;
  membershipId: string;
  organisationId: string;
  at: Date | null;
  from: MembershipStatus | null;
  to: MembershipStatus;
}

export interface Changes {
  /**
   * The steps of a network's memberships that this reader hears of: after the cursor, then live; without one, from now.
   * `return` ends it at once.
   * @throws ApiError FORBIDDEN, CURSOR_INVALID
   */
  follow(actor: Actor, networkId: string, after: string | null): Promise<AsyncIterableIterator<ChangeRow>>;
  cursorOf(row: ChangeRow): string;
  /** Says that something was committed. */
  wake(): void;
  /** Ends every reader. Safe to call twice. */
  stop(): void;
}

const batch = 100; // rows a statement

export function createChanges(options: {
  source: DataSource;
  hints: Hints;
  cursors: Cursors<{ networkId: string; position: number }>;
  /** Look without any hint this often. Milliseconds; 2,000. */
  pollMs?: number;
}): Changes {
  const { source, hints, cursors, pollMs = 2_000 } = options;
  const waiting = new Set<() => void>();
  const readers = new Set<() => void>();
  let stopped = false;
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  const unsubscribe = hints.subscribe(changesChannel, wakeAll);

  /** The next hint, or the end of the patience. Taken before reading, so that nothing committed meanwhile is slept over. */
  function nextWake(): { woken: Promise<void>; cancel: () => void } {
    let cancel = () => {};
    const woken = new Promise<void>((resolve) => {
      const timer = setTimeout(() => cancel(), pollMs);
      timer.unref();
      cancel = () => {
        clearTimeout(timer);
        waiting.delete(cancel);
        resolve();
      };
      waiting.add(cancel);
    });
    return { woken, cancel };
  }

  const readHead = async (networkId: string): Promise<number> => {
    const [row] = await source.query('SELECT position FROM membership_stream WHERE network_id = $1', [networkId]);
    return Number(row?.position ?? 0);
  };

  async function readAfter(networkId: string, position: number): Promise<ChangeRow[]> {
    const rows = await source.query(
      `SELECT e.network_id AS "networkId", e.position, e.membership_id AS "membershipId",
         m.organisation_id AS "organisationId", e.at, e.from_status AS "from", e.to_status AS "to"
       FROM membership_event e JOIN membership m ON m.id = e.membership_id
       WHERE e.network_id = $1 AND e.position > $2 ORDER BY e.position LIMIT ${batch}`,
      [networkId, position],
    );
    return rows.map((row: ChangeRow) => ({ ...row, position: Number(row.position) }));
  }

  async function* read(actor: Actor, networkId: string, from: number, control: Control): AsyncGenerator<ChangeRow> {
    let at = from;
    while (!control.ended && !stopped) {
      const { woken, cancel } = nextWake();
      control.wake = cancel;
      const rows = await readAfter(networkId, at).catch((error) => {
        cancel();
        throw error;
      });
      for (const row of rows) {
        at = row.position;
        if (mayHearOf(actor, row)) yield row;
        if (control.ended) break;
      }
      if (rows.length === batch || control.ended || stopped) cancel();
      await woken;
    }
  }

  return {
    async follow(actor, networkId, after) {
      if (!mayFollowMemberships(actor, networkId)) {
        throw new ApiError('FORBIDDEN', 'Memberships are followed by those who read the network.');
      }
      const head = await readHead(networkId);
      const place = after === null ? null : cursors.decode(after);
      // A position that was never given out is of a history that a restore has undone.
      if (place && (place.networkId !== networkId || place.position > head)) {
        throw new ApiError('CURSOR_INVALID', 'This cursor is not one of this network: start without one.');
      }
      const control: Control = { ended: false, wake: () => {} };
      const rows = read(actor, networkId, place?.position ?? head, control);
      const end = () => {
        control.ended = true;
        readers.delete(end);
        control.wake();
      };
      readers.add(end);
      const reader: AsyncIterableIterator<ChangeRow> = {
        next: () => rows.next(),
        async return() {
          end();
          return rows.return(undefined);
        },
        async throw(error) {
          end();
          return rows.throw(error);
        },
        [Symbol.asyncIterator]: () => reader,
      };
      return reader;
    },
    cursorOf: ({ networkId, position }) => cursors.encode({ networkId, position }),
    wake: () => hints.publish(changesChannel, ''),
    stop() {
      stopped = true;
      unsubscribe();
      for (const end of [...readers]) end();
    },
  };
}

interface Control {
  ended: boolean;
  /** Ends the wait that is under way. */
  wake(): void;
}
