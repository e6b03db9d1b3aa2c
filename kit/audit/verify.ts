import { digest, firstHash, hashOf, type StoredEntry } from './hash.ts';
import { type ChainHead, readChain, readChains } from './read.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of the statement at hand
type Query = (sql: string, parameters: unknown[]) => Promise<any[]>;

export type FaultKind = 'CHANGED' | 'DELETED' | 'REORDERED' | 'INSERTED' | 'CUT_OFF' | 'REWRITTEN' | 'REASON_GONE';

/** One thing that is not as it was written. `position` is the place in the network's chain; `id` is absent where no row is left. */
export interface Fault {
  networkId: string;
  position: number;
  id?: string;
  kind: FaultKind;
  message: string;
}

export interface Verdict {
  /** Worth keeping elsewhere: given to a later verification, they show a chain that was rewritten or cut off as a whole. */
  heads: ChainHead[];
  entries: number;
  faults: Fault[];
}

const batch = 1_000; // rows a statement

/**
 * Reads every chain and tells each row that was changed, deleted, moved or put in, and each chain that was cut off. To be
 * run in one transaction of REPEATABLE READ, or what is written meanwhile looks like a fault.
 * @param expected heads of an earlier verification: what they say must still be there
 */
export async function verifyAudit(query: Query, expected: readonly ChainHead[] = []): Promise<Verdict> {
  const heads = await readChains(query);
  const verdict: Verdict = { heads, entries: 0, faults: [] };
  const unknown = expected.filter(({ networkId }) => !heads.some((head) => head.networkId === networkId));
  for (const { networkId, position } of unknown)
    verdict.faults.push({ networkId, position: 1, kind: 'CUT_OFF', message: `the whole chain, ${position} entries` });
  for (const head of heads) {
    const known = expected.filter(({ networkId }) => networkId === head.networkId);
    verdict.entries += await verifyChain(query, head, known, (fault) => verdict.faults.push(fault));
  }
  return verdict;
}

async function verifyChain(
  query: Query,
  head: ChainHead,
  expected: readonly ChainHead[],
  report: (fault: Fault) => void,
): Promise<number> {
  const { networkId } = head;
  const erased: StoredEntry[] = [];
  const erasures = new Set<string>();
  let last: StoredEntry | undefined;
  let count = 0;
  for (;;) {
    const rows: StoredEntry[] = await readChain(query, networkId, last?.position ?? 0, batch);
    for (const row of rows) {
      count += 1;
      for (const fault of judge(row, last)) report(fault);
      for (const one of expected)
        if (one.position === row.position && one.hash !== row.hash)
          report({
            ...placeOf(row),
            kind: 'REWRITTEN',
            message: `had the hash ${one.hash} when it was verified before`,
          });
      if (row.reason === null && row.reasonHash !== null) erased.push(row);
      if (row.action === 'REASON_ERASED') erasures.add(row.targetId);
      last = row;
    }
    if (rows.length < batch) break;
  }
  for (const row of erased)
    if (!erasures.has(row.id))
      report({ ...placeOf(row), kind: 'REASON_GONE', message: 'its reason is gone, and no entry says who erased it' });
  const end = last?.position ?? 0;
  const stood = Math.max(head.position, ...expected.map(({ position }) => position));
  if (stood > end)
    report({ networkId, position: end + 1, kind: 'CUT_OFF', message: `the entries from here to ${stood} are gone` });
  else if (last && head.position < end)
    report({ ...placeOf(last), kind: 'INSERTED', message: `the chain's head stands at ${head.position}` });
  else if (last && head.hash !== last.hash)
    report({ ...placeOf(last), kind: 'CHANGED', message: "has another hash than the chain's head" });
  return count;
}

const placeOf = ({ networkId, position, id }: StoredEntry) => ({ networkId, position, id });

/** What a row says by itself, and of the one before it: a row that was rewritten together with its hash is told by its successor. */
function* judge(row: StoredEntry, before: StoredEntry | undefined): Generator<Fault> {
  const end = before?.position ?? 0;
  for (let position = end + 1; position < row.position; position += 1)
    yield {
      ...{ networkId: row.networkId, position, kind: 'DELETED' },
      message: `no entry stands between ${end} and ${row.position}`,
    };
  const isReasonWhole = row.reason === null || row.reasonHash === digest([row.reasonSalt, row.reason]);
  if (hashOf(row) !== row.hash) {
    const written = findPosition(row);
    yield written === undefined
      ? { ...placeOf(row), kind: 'CHANGED', message: 'is not what was written' }
      : { ...placeOf(row), kind: 'REORDERED', message: `was written as entry ${written}` };
  } else if (!isReasonWhole) yield { ...placeOf(row), kind: 'CHANGED', message: 'has another reason than was written' };
  else if (row.position === end + 1 && row.previousHash !== (before?.hash ?? firstHash) && isWhole(before))
    yield before
      ? { ...placeOf(before), kind: 'CHANGED', message: 'was rewritten: the entry after it follows another one' }
      : { ...placeOf(row), kind: 'INSERTED', message: 'does not begin the chain' };
}

const isWhole = (row: StoredEntry | undefined): boolean => row === undefined || hashOf(row) === row.hash;

const reach = 1_000; // places to either side in which a moved row is looked for

function findPosition(row: StoredEntry): number | undefined {
  for (let far = 1; far <= reach; far += 1)
    for (const position of [row.position - far, row.position + far])
      if (position > 0 && hashOf(row, position) === row.hash) return position;
  return undefined;
}
