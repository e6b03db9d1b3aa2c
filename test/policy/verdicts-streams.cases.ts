import { expect, test } from '@jest/globals';
import { rest } from '../clock.ts';
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
  /** @param round how often it has been pulled */
  trigger?: (round: number) => Promise<unknown>;
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
      trigger: (round) => done(rep, 'editPost', { id: stage.post, body: `Edited ${round}` }),
    },
    membershipChanged: {
      args: `networkId: "${net}"`,
      trigger: (round) => {
        const step = round % 2 ? { to: 'MORE_INFO', note: 'Which ports?' } : { to: 'UNDER_REVIEW' };
        return done(coordinator, 'reviewApplication', { membershipId: stage.membership, ...step });
      },
    },
    networkUpdates: {
      trigger: () => done(coordinator, 'upsertBody', { networkId: net, kind: 'TASK_FORCE', name: en('A new body') }),
    },
    planEdits: {
      args: `planId: "${stage.plans.draft}"`,
      trigger: (round) =>
        done(coordinator, 'upsertActivity', { id: stage.activities.any, title: en(`Typed ${round}`) }),
    },
    planPresence: { args: `planId: "${stage.plans.draft}", tab: "walk"` },
  };
}

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
    const heard = open.map((stream) => ({ ...stream, last: new Map<string, Found>() }));
    /** @returns how many messages have come */
    const hear = (): number => {
      let count = 0;
      for (const { following, who, last } of heard) {
        for (const { data } of following.waiting()) {
          if (!data) continue;
          count += 1;
          ledger.tell(who, data);
          for (const { record } of recordsIn(data)) last.set(nameOf(record), record);
        }
      }
      return count;
    };
    const silent = () => {
      const spoke = heard.filter(({ last }) => last.size > 0).map(({ edge, isOwn }) => `${edge.name} ${isOwn}`);
      return edges.flatMap(({ name }) => [`${name} true`, `${name} false`]).filter((one) => !spoke.includes(one));
    };
    // Who asks for no past is told what comes once the stream has begun, and of some streams nothing says that it has: it is done again until each has spoken.
    await rest(500);
    for (let round = 0; round === 0 || (silent().length > 0 && round < 20); round += 1) {
      for (const { trigger } of Object.values(streams)) await trigger?.(round);
      for (let ms = 1_500; hear() > 0 || ms === 1_500; ms = 200) await rest(ms);
    }
    expect(silent()).toEqual([]);

    const compare = async () => {
      for (const { edge, isOwn, who, last } of heard) {
        const member = await stage.as(who);
        const names = personsOf(who).map(({ name }) => name);
        for (const [name, record] of last) {
          const { data } = await member.ask(readAgain(record, ways, given));
          const known = recordsIn(data).find((one) => nameOf(one.record) === name)?.record ?? ledger.known(who, name);
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
      return ledger.take();
    };
    let differences = await compare();
    // What was still on its way when it was compared comes in the next second; what is shown and should not be stays so.
    for (let tries = 0; differences.length > 0 && tries < 5; tries += 1) {
      await rest(1_000);
      if (hear() === 0) break;
      differences = await compare();
    }
    expect(differences).toEqual([]);
    for (const { following } of heard) following.close();
  });
}
