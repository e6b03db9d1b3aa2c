import { describe, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import type { SubgraphResponse } from '../../gateway/execute/index.ts';
import { Branch, type Trunk } from '../../gateway/live/branch.ts';
import { encodeEvent, type LiveEvent, messageHead } from '../../gateway/live/event.ts';
import { Reader } from '../../gateway/live/reader.ts';
import { BoundedQueue, QueueOverflow } from '../../kit/queue.ts';
import { until } from '../gateway.ts';

const patience = { total: 400, first: 10, longest: 60 }; // ms
const answer = (n: number): SubgraphResponse => ({ data: { n } });

/** A branch over a log of numbers; `open` says what each opening of it gives. */
function follow(
  open: (after: string | undefined, attempt: number) => AsyncIterable<SubgraphResponse>,
  after = 'c0',
  join: (n: number) => Promise<void> = async () => {},
) {
  const openings: { after: string | undefined; at: number }[] = [];
  const trunk: Trunk = {
    open(place) {
      openings.push({ after: place, at: Date.now() });
      return open(place, openings.length);
    },
    async run({ data }) {
      await join(Number(data?.n));
      return encodeEvent({ data: data ?? null }, { cursor: `c${data?.n}`, isGreeting: false, isClosing: false });
    },
    explain: async (reason) => ({
      errors: [new GraphQLError(String(reason), { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } })],
    }),
    onEvent: () => {},
    onEnd: () => {},
  };
  return { branch: new Branch(trunk, after, patience), openings };
}

function read(branch: Branch, after = 'c0', events: readonly LiveEvent[] = []) {
  const got: number[] = [];
  const take = (_head: string, { body }: LiveEvent) => got.push(JSON.parse(body.subarray(0, -1).toString()).data.n) > 0;
  const reader = new Reader({ take }, messageHead('1'), after, () => branch.readers.delete(reader));
  branch.admit(reader, events);
  return { reader, got, last: reader.next() };
}

async function* numbersFrom(from: number, to: number): AsyncGenerator<SubgraphResponse> {
  for (let n = from; n <= to; n += 1) yield answer(n);
}
// biome-ignore lint/correctness/useYield: it gives nothing
async function* fail(error: unknown): AsyncGenerator<SubgraphResponse> {
  throw error;
}
const placeOf = (after: string | undefined) => Number(after?.slice(1));

describe('a branch whose subgraph is lost', () => {
  test('asks again less and less often, and gives up after a while with the code and the last cursor', async () => {
    const { branch, openings } = follow((_after, attempt) =>
      attempt === 1 ? numbersThenFail(1, 3) : fail(new Error('refused')),
    );
    async function* numbersThenFail(from: number, to: number) {
      yield* numbersFrom(from, to);
      throw new Error('the socket broke');
    }
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }); // how long it waits is counted, not how late a timer comes
    const { got, last } = read(branch);
    const began = Date.now();
    const following = branch.follow();
    await jest.advanceTimersByTimeAsync(2 * patience.total);
    jest.useRealTimers();
    await following;
    expect(got).toEqual([1, 2, 3]);
    expect((await last).value?.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', cursor: 'c3' });
    expect(openings.slice(1).every(({ after }) => after === 'c3')).toBe(true);
    expect(openings.at(-1)!.at - began).toBeGreaterThan(300);
    expect(openings.length).toBeGreaterThan(6); // 400 ms in steps of at most 60
    expect(openings.length).toBeLessThan(25); // in steps of at least 5, 10, 20, then 30
  });

  test('goes on where it was, whether the subgraph sent it away or its own queue ran over', async () => {
    const { branch, openings } = follow((after, attempt) => {
      if (attempt === 1)
        return numbersThen(1, 2, { errors: [{ message: '', extensions: { code: 'RESYNC_REQUIRED' } }] });
      if (attempt === 2) return fail(new QueueOverflow('ran over'));
      return numbersFrom(placeOf(after) + 1, 5);
    });
    async function* numbersThen(from: number, to: number, end: SubgraphResponse) {
      yield* numbersFrom(from, to);
      yield end;
    }
    const { got, last } = read(branch);
    await branch.follow();
    expect(got).toEqual([1, 2, 3, 4, 5]);
    expect(openings.map(({ after }) => after)).toEqual(['c0', 'c2', 'c2']);
    expect(await last).toEqual({ done: true, value: undefined });
  });

  test('is not asked again once nobody reads it', async () => {
    const { branch, openings } = follow(() => fail(new Error('refused')));
    const { reader } = read(branch);
    const following = branch.follow();
    await until(() => openings.length >= 2);
    await reader.return();
    branch.close();
    await following;
    const { length } = openings;
    await new Promise((resolve) => setTimeout(resolve, 150)); // longer than it waits between two attempts
    expect(openings.length).toBe(length);
  });
});

test('thousands of readers are given an event in turns, and who joins in between has each event once', async () => {
  const queue = new BoundedQueue<SubgraphResponse>(100);
  const { branch } = follow(() => queue);
  const readers = Array.from({ length: 2_500 }, () => read(branch));
  void branch.follow();
  queue.push(answer(1));
  await until(() => readers.every(({ got }) => got.length === 1));
  queue.push(answer(2));
  const late: (ReturnType<typeof read> & { isMidway: boolean })[] = [];
  for (let turns = 0; turns < 12; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const [at, events] = [branch.recent.position as string, branch.recent.since('c1') as readonly LiveEvent[]];
    late.push({ ...read(branch, 'c1', events), isMidway: at === 'c2' && readers.at(-1)?.got.length === 1 });
  }
  queue.push(answer(3));
  await until(() => [...readers, ...late].every(({ got }) => got.at(-1) === 3));
  expect(late.some(({ isMidway }) => isMidway)).toBe(true);
  for (const { got } of readers) expect(got).toEqual([1, 2, 3]);
  for (const { got } of late) expect(got).toEqual([2, 3]);
  branch.close();
});

describe('events whose joins take their time', () => {
  test('are on their way together, and come in their order', async () => {
    const running = { now: 0, most: 0 };
    const { branch } = follow(
      () => numbersFrom(1, 100),
      'c0',
      async (n) => {
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        await new Promise((resolve) => setTimeout(resolve, n % 3 === 0 ? 30 : 5)); // later ones are ready before earlier ones
        running.now -= 1;
      },
    );
    const { got, last } = read(branch);
    await branch.follow();
    expect(got).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(await last).toEqual({ done: true, value: undefined });
    expect(running.most).toBeGreaterThan(10);
    expect(running.most).toBeLessThan(40);
  });

  test('what came before a loss is given out, and what the lost stream had begun after it comes once', async () => {
    const { branch, openings } = follow(
      (after, attempt) => (attempt === 1 ? thenBreak() : numbersFrom(placeOf(after) + 1, 9)),
      'c0',
      () => new Promise((resolve) => setTimeout(resolve, 20)),
    );
    async function* thenBreak() {
      yield* numbersFrom(1, 6);
      throw new Error('the socket broke');
    }
    const { got } = read(branch);
    await branch.follow();
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(openings.map(({ after }) => after)).toEqual(['c0', 'c6']);
  });
});
