import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';
import type { Hints } from '../../kit/hints.ts';
import { noticesChannel } from '../../kit/notices/write.ts';
import { countUnread, isReader, readTimeZone } from './notices.ts';

/** Readers who are told how many notices are unread. */
export interface NoticesLive {
  /** As it is, then whenever it changes. `return` ends it at once. @throws ApiError FORBIDDEN without a seat */
  follow(actor: Actor): AsyncIterableIterator<number>;
  /** Says that something was read. After the commit. */
  wake(): void;
  /** Ends every reader. Safe to call twice. */
  stop(): void;
}

/** @param pollMs looks without any hint this often: hints may be lost, and days end */
export function followNotices({
  source,
  hints,
  pollMs = 5_000,
}: {
  source: DataSource;
  hints: Hints;
  pollMs?: number;
}): NoticesLive {
  const readers = new Set<{ wake(): void; end(): void }>();
  const unsubscribe = hints.subscribe(noticesChannel, () => {
    for (const reader of [...readers]) reader.wake();
  });
  let isStopped = false;
  return {
    follow(actor) {
      if (!isReader(actor)) throw new ApiError('FORBIDDEN', 'Notices are told to seats.');
      let isEnded = isStopped;
      let isDue = true;
      let wake = () => {};
      const reader = {
        wake() {
          isDue = true; // before reading: what comes meanwhile is looked for again
          wake();
        },
        end() {
          isEnded = true;
          readers.delete(reader);
          wake();
        },
      };
      readers.add(reader);
      async function* read(): AsyncGenerator<number, undefined> {
        let last: number | undefined;
        try {
          while (!isEnded) {
            if (!isDue) {
              await new Promise<void>((resolve) => {
                const timer = setTimeout(resolve, pollMs);
                timer.unref();
                wake = () => {
                  clearTimeout(timer);
                  resolve();
                };
              });
              if (isEnded) return;
            }
            isDue = false;
            const timeZone = await readTimeZone(source.manager, actor);
            const unread = await countUnread(source.manager, { reader: actor as never, timeZone, now: new Date() });
            if (unread === last) continue;
            last = unread;
            yield unread;
          }
        } finally {
          reader.end();
        }
      }
      const counts = read();
      const iterator: AsyncIterableIterator<number> = {
        next: () => counts.next(),
        async return() {
          reader.end();
          return counts.return(undefined);
        },
        [Symbol.asyncIterator]: () => iterator,
      };
      return iterator;
    },
    wake: () => hints.publish(noticesChannel, ''),
    stop() {
      isStopped = true;
      unsubscribe();
      for (const reader of [...readers]) reader.end();
    },
  };
}
