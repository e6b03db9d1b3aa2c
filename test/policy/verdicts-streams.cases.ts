import { expect, test } from '@jest/globals';
import { rest } from '../clock.ts';
import type { Following } from '../people.ts';
import { net } from './actors.ts';
import { readAgain, subscriptionOn } from './paths.ts';
import { done, schema } from './send.ts';
import { en, type Stage } from './stage.ts';
import { type Found, type Ledger, nameOf } from './verdicts-ledger.ts';
import { personsOf, preferred, walkers } from './verdicts-stage.ts';
import { edgesOf, type Given, recordsIn, waysFrom } from './walk.ts';

/** How each stream is opened, and what makes it speak; without a trigger it does at once. */
interface Stream {
  args?: string;
  trigger?: () => Promise<unknown>;
  tellsNoRecords?: true;
}

async function streamsOf(stage: Stage): Promise<Record<string, Stream>> {
  const [rep, coordinator] = await Promise.all([stage.as('rep'), stage.as('coordinator')]);
  const threadId = stage.threads.network;
  const post = (body: string) => done(rep, 'post', { threadId, body, locale: 'en' });
  return {
    noticesChanged: { tellsNoRecords: true },
    decisionChanged: { args: `id: "${stage.decision.id}"` },
    inboxChanged: { trigger: () => post('New') },
    postAdded: { args: `threadId: "${threadId}"`, trigger: () => post('Newer') },
    postChanged: {
      args: `threadId: "${threadId}"`,
      trigger: () => done(rep, 'editPost', { id: stage.post, body: 'Edited' }),
    },
    membershipChanged: {
      args: `networkId: "${net}"`,
      trigger: () => done(coordinator, 'reviewApplication', { membershipId: stage.membership, to: 'UNDER_REVIEW' }),
    },
    networkUpdates: {
      trigger: () => done(coordinator, 'upsertBody', { networkId: net, kind: 'TASK_FORCE', name: en('A new body') }),
    },
    planEdits: {
      args: `planId: "${stage.plans.draft}"`,
      trigger: () => done(coordinator, 'upsertActivity', { id: stage.activities.any, title: en('Typed') }),
    },
    planPresence: { args: `planId: "${stage.plans.draft}", tab: "walk"` },
  };
}

/** @returns null when nothing comes within so many ms, or no more */
const next = (following: Following, within: number): Promise<unknown> =>
  Promise.race([
    following.next().then(
      ({ data }) => data ?? null,
      () => null,
    ),
    rest(within).then(() => null),
  ]);

export function streamCases(walk: () => { stage: Stage; given: Given; ledger: Ledger }): void {
  test('in a stream, in one that is shared and in one of his own', async () => {
    const { stage, given, ledger } = walk();
    const streams = await streamsOf(stage);
    expect(Object.keys(schema.getSubscriptionType()!.getFields()).filter((name) => !(name in streams))).toEqual([]);
    const asked = { ...given, 'Query.thread': `id: "${stage.threads.network}"` };
    const ways = waysFrom(schema.getQueryType()!, asked, { ...preferred, Post: ['Query.thread', 'Thread.posts'] });
    const edges = edgesOf(schema.getSubscriptionType()!).filter(({ field }) => !streams[field.name]!.tellsNoRecords);
    const open = await Promise.all(
      edges.flatMap((edge) => {
        const { args } = streams[edge.field.name]!;
        return [true, false].flatMap((isOwn) => {
          const text = subscriptionOn(edge, { ...given, ...(args && { [edge.name]: args }) }, isOwn);
          return walkers.map(async (who) => ({ edge, isOwn, who, following: (await stage.as(who)).follow(text) }));
        });
      }),
    );
    // Who asks for no past is told what comes once the stream has begun, and of some streams nothing says that it has.
    await rest(500);
    for (const { trigger } of Object.values(streams)) await trigger?.();
    const heard = await Promise.all(
      open.map(async ({ following, ...stream }) => {
        const last = new Map<string, Found>();
        for (let answer = await next(following, 1_500); answer; answer = await next(following, 200)) {
          ledger.tell(stream.who, answer);
          for (const { record } of recordsIn(answer)) last.set(nameOf(record), record);
        }
        following.close();
        return { ...stream, records: [...last.values()] };
      }),
    );
    const spoke = new Set<string>();
    for (const { edge, isOwn, who, records } of heard) {
      const member = await stage.as(who);
      const names = personsOf(who).map(({ name }) => name);
      for (const record of records) {
        const name = nameOf(record);
        const { data } = await member.ask(readAgain(record, ways, given));
        const known = recordsIn(data).find((one) => nameOf(one.record) === name)?.record ?? ledger.known(who, name);
        spoke.add(`${edge.name} ${isOwn}`);
        if (!known) {
          ledger.differences.push(`${who}: ${name} is shown by ${edge.name}, by no query and no reference`);
          continue;
        }
        const { displayName, ...rest } = record;
        // A shared run knows of no person: what is the reader's own name to himself is there as others read it.
        const isNamed = !isOwn && names.includes(String(known.displayName));
        ledger.compare(who, isNamed ? rest : record, edge.name, known, 'a query or a reference');
      }
    }
    expect(ledger.take()).toEqual([]);
    const silent = edges.flatMap(({ name }) => [`${name} true`, `${name} false`]).filter((one) => !spoke.has(one));
    expect(silent).toEqual([]);
  });
}
