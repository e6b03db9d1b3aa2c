import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import { readPlan } from '../../subgraphs/working-plans/document/read.ts';
import { isWhole, load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import { Contents, readCharacters, Tokens, wasDeleted } from './ledger.ts';
import type { Person } from './person.ts';
import type { PlanTables } from './postgres.ts';

/** The rule of convergence, against one document that all others are to equal. */
export function createComparison(reference: Y.Doc): (doc: Y.Doc) => string | undefined {
  const known = Y.snapshot(reference);
  const content = reference.getMap('nodes').toJSON();
  const whole = snapshot(reference);
  let bytes: Uint8Array | undefined;
  return (doc) => {
    if (!isWhole(doc)) return 'waits for something missing';
    const stored = snapshot(doc);
    const isSame = Buffer.compare(stored, whole) === 0; // structs and deletions, to the byte
    if (isSame && isDeepStrictEqual(doc.getMap('nodes').toJSON(), content)) return undefined;
    const now = Y.snapshot(doc);
    if (!isDeepStrictEqual(new Map([...now.sv].sort()), new Map([...known.sv].sort())))
      return 'has another state vector';
    if (!Y.equalDeleteSets(now.ds, known.ds)) return 'has another delete set';
    if (!isDeepStrictEqual(doc.getMap('nodes').toJSON(), content)) return 'has other content';
    bytes ??= snapshot(load(whole));
    return Buffer.compare(snapshot(load(stored)), bytes) === 0 ? undefined : 'has other bytes once reloaded';
  };
}

/** What somebody has typed, sent and had acknowledged. */
export type Account = Pick<Person, 'name' | 'sent' | 'acknowledged' | 'owed' | 'refusedText'>;

/** Everything that must hold once all is healed and quiet. `copies`: every document there is, by name. */
export function check(
  tables: PlanTables,
  people: readonly Person[],
  copies: readonly (readonly [string, Y.Doc | null])[],
  fail: (what: string) => void,
): void {
  const { plan, edits, snapshots, history } = tables;
  history.forEach(({ seq }, index) => {
    if (seq !== index + 1) fail(`the log has ${seq} at its place ${index + 1}`);
  });
  if (plan.seq !== history.length) fail(`the plan counts ${plan.seq} edits, the log has ${history.length}`);

  const stored = snapshots.filter(({ epoch }) => epoch === plan.epoch).at(-1);
  const tail = edits.filter(({ epoch, seq }) => epoch === plan.epoch && seq > (stored?.seq ?? 0));
  const cold = load(
    stored?.bytes ?? null,
    tail.map(({ update }) => update),
  );
  const compare = createComparison(cold);
  for (const [name, doc] of copies) {
    const difference = doc ? compare(doc) : 'has no document';
    if (difference) fail(`${name} ${difference}`);
  }
  if (readPlan(cold).key !== 'plan') fail('the plan cannot be read');

  checkTexts(
    history.map(({ update }) => update),
    people,
    cold,
    fail,
  );
}

/**
 * No acknowledged text is lost, none is there that nobody sent, and what was not taken is kept for whoever typed it.
 * @param log every edit that was committed @param cold the document at the end
 */
export function checkTexts(
  log: readonly Uint8Array[],
  people: readonly Account[],
  cold: Y.Doc,
  fail: (what: string) => void,
): void {
  const committed = new Contents(Tokens.is);
  for (const update of log) committed.add(update);
  const there = readCharacters(cold, Tokens.is);
  const refused = new Map(people.map((person) => [person, person.refusedText]));

  const idOf = (id: string) => id.split(':').map(Number) as [number, number];
  for (const person of people) {
    const { name } = person;
    for (const [id, character] of person.acknowledged.characters) {
      const [client, clock] = idOf(id);
      if (committed.characters.get(id) !== character) fail(`${name}: acknowledged and not in the log: ${id}`);
      else if (clock >= Y.getState(cold.store, client)) fail(`${name}: acknowledged and not in the plan: ${id}`);
      else if (!there.has(id) && !wasDeleted(cold, committed.deletions, client, clock))
        fail(`${name}: acknowledged and gone without anybody's doing: ${id}`);
    }
    for (const [client, ranges] of person.acknowledged.deletions.byClient) {
      for (const { clock, len } of ranges) {
        for (const at of [clock, clock + len - 1]) {
          if (!Y.getItem(cold.store, Y.createID(client, at)).deleted)
            fail(`${name}: an acknowledged deletion is not there: ${client}:${at}`);
        }
      }
    }
    for (const [key, { character }] of person.owed) {
      const [id] = key.split(' ') as [string];
      if (committed.characters.get(id) === character) continue;
      if (!refused.get(person)!.includes(character)) fail(`${name}: typed, not saved, and not kept: ${key}`);
    }
  }
  for (const [id, character] of there) {
    if ((committed.characters.get(id) ?? character) !== character) fail(`the log has another ${id}`);
  }
  for (const [id, character] of committed.characters) {
    if (!people.some(({ sent }) => sent.has(`${id} ${character}`)) && character >= '\u3400' && character < '\ud800')
      fail(`in the log, and sent by nobody: ${id}`);
  }
}
