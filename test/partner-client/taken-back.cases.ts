import { describe, expect, test } from '@jest/globals';
import {
  type FollowOptions,
  followUpdates,
  MemoryStore,
  readUpdates,
  type Update,
  type UpdateFilter,
} from '../../partner-client/index.ts';
import { type Stage, subjectsOf } from './stage.ts';

const africa = 'net:africa';
const text = (words: string) => [{ locale: 'en', text: words }];
let serial = 0;

/** What is made private or erased after it was said, to a partner that comes back: by the stream and by pages, through the gateway. */
export const takenBackCases = (stage: Stage) =>
  describe('what is taken back', () => {
    /** A mutation that must be done. @returns what `pick` selects */
    async function act(persona: string, name: string, input: object, pick = '__typename') {
      const member = await stage.world.people.as(persona);
      const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
      const shared = /Knowledge$|PeerReading$/.test(name) && name !== 'addKnowledge' ? 'KnowledgeStepInput' : undefined;
      const query = `mutation ($input: ${name === 'liftSafetyLock' ? 'SeatInput' : (shared ?? type)}!) {
        done: ${name}(input: $input) { ${pick} problems { __typename ... on UserError { message } } } }`;
      const { data, errors } = await member.ask(query, { input: { clientMutationId: `back-${++serial}`, ...input } });
      expect([name, errors, data.done.problems]).toEqual([name, undefined, []]);
      return data.done;
    }
    const startThread = async (visibility: string, networkIds = [africa], persona = 'africa-editor') => {
      const anchor = { typename: 'Network', id: networkIds[0], quote: 'canary-quote' };
      const input = { networkIds, visibility, locale: 'en', anchor, title: text('canary-title'), body: 'Said' };
      return (await act(persona, 'startThread', input, 'thread { id }')).thread.id as string;
    };
    const redact = (threadId: string) => act('safety-officer', 'redactThread', { threadId, reason: 'A name (sample)' });

    /** Both ways of reading the log after a cursor, up to what is said now: they must agree. */
    async function resume(after: string, filter?: UpdateFilter): Promise<Update[]> {
      // Something in each network, so that a stream has an end to read to.
      for (const networkId of [africa, 'net:americas']) await stage.write(1, networkId);
      const paged: Update[] = [];
      const of = { ...stage.door, ...(filter && { filter }) };
      for await (const { events } of readUpdates({ ...of, after })) paged.push(...events);
      const streamed: Update[] = [];
      const options: FollowOptions = { ...of, store: new MemoryStore(after) };
      if (paged.length > 0)
        for await (const event of followUpdates(options)) {
          if (event.kind !== 'heartbeat' && event.kind !== 'resync') streamed.push(event);
          if (streamed.length === paged.length) break;
        }
      const inOrder = (updates: Update[]) =>
        updates
          .map(({ cloudEvent, type, kind }) => ({ cloudEvent, type, kind }))
          .toSorted((a, b) => (a.cloudEvent.id < b.cloudEvent.id ? -1 : 1));
      expect(inOrder(streamed)).toEqual(inOrder(paged));
      return paged.filter(({ subject }) => !subject?.startsWith('workingplan/plan:w'));
    }

    test('a record that is made private is not replayed: engagement, external partner, item of the library', async () => {
      const after = await stage.newest();
      const by = 'africa-coordinator';
      const circle = { networkId: africa, visibility: 'PARTNERS' };
      const work = { track: 'COUNTRY_REVIEW', kind: 'BRIEFING_TO_FOCAL_POINT', status: 'PLANNED' };
      const { engagement } = await act(by, 'recordEngagement', { ...circle, ...work }, 'engagement { id version }');
      const alliance = { ...circle, kind: 'ORGANISATION', relations: ['EXCHANGE'], name: text('Sample') };
      const pick = 'partner { id version }';
      const { partner } = await act(by, 'upsertExternalPartner', alliance, pick);
      const texts = [{ locale: 'en', title: 'Practice', summary: 'In short' }];
      const practice = {
        networkIds: [africa],
        visibility: 'PARTNERS',
        kind: 'GOOD_PRACTICE',
        originalLocale: 'en',
        texts,
      };
      const pickItem = 'knowledgeItem { id version }';
      const item = { ...(await act(by, 'addKnowledge', practice, pickItem)).knowledgeItem };
      const step = async (name: string) => {
        const input = { knowledgeItemId: item.id, expectedVersion: item.version };
        Object.assign(item, (await act(by, name, input, pickItem)).knowledgeItem);
      };
      await step('publishKnowledge');
      const subjects = [`reviewengagement/${engagement.id}`, `externalpartner/${partner.id}`, `knowledge/${item.id}`];
      expect(subjectsOf(await resume(after)).toSorted()).toEqual(subjects.toSorted());

      const narrower = { visibility: 'NETWORK', expectedVersion: 1 };
      await act(by, 'updateEngagement', { id: engagement.id, ...narrower });
      await act(by, 'upsertExternalPartner', { ...alliance, id: partner.id, ...narrower });
      for (const name of ['retireKnowledge', 'startPeerReading']) await step(name);
      expect(subjectsOf(await resume(after))).toEqual([]);
      // Shown again, it is told again; what was told before stays with those whom it was for then.
      await step('publishKnowledge');
      expect(subjectsOf(await resume(after))).toEqual([`knowledge/${item.id}`]);
    });

    test('of a member that is hidden it is not replayed where it is', async () => {
      const after = await stage.newest();
      const isHidden = async () =>
        (await resume(await oldest(), { countries: ['UG'] })).every(({ subject }) => subject !== 'membership/mem:s08');
      expect(await isHidden()).toBe(false);
      await act('africa-editor', 'triggerSafetyLock', { seatId: 'seat:s08' });
      expect(await isHidden()).toBe(true);
      expect(await resume(after)).toMatchObject([
        { type: 'MEMBER_CHANGED', data: { membershipId: 'mem:s08', organisationId: 'org:s08', status: 'ACTIVE' } },
      ]);
      await act('safety-officer', 'liftSafetyLock', { seatId: 'seat:s08' });
    });
    async function oldest(): Promise<string> {
      for await (const { oldestAvailable } of readUpdates({ ...stage.door, first: 1 })) return oldestAvailable;
      throw new Error('no page');
    }

    test('a record that is erased comes as TOMBSTONE: live, once for each network, and in place of all that was said of it', async () => {
      const after = await stage.newest();
      const live: Update[] = [];
      const store = new MemoryStore(after);
      let threadId = '';
      let redacted: Promise<unknown> | undefined;
      threadId = await startThread('PARTNERS');
      for await (const event of followUpdates({ ...stage.door, store })) {
        if (event.kind === 'update' || event.kind === 'tombstone') live.push(event);
        redacted ??= redact(threadId); // once it has come
        if (live.length === 2) break;
      }
      await redacted;
      const subject = `thread/${threadId}`;
      expect(live).toMatchObject([
        { kind: 'update', type: 'THREAD_STARTED', subject },
        { kind: 'tombstone', type: 'TOMBSTONE', subject, data: { threadId } },
      ]);
      const replayed = await resume(after);
      expect(replayed.map(({ id }) => id)).toEqual(live.map(({ id }) => id));
      for (const one of replayed) {
        expect(one).toMatchObject({ kind: 'tombstone', type: 'TOMBSTONE', subject });
        expect(one.cloudEvent).toMatchObject({ type: 'org.net4u.tombstone.v1', data: { threadId } });
        expect(Object.keys(one.data)).toEqual(['threadId']);
      }
      await redact(threadId);
      expect(await resume(after)).toHaveLength(2); // it is not erased twice
      expect(await resume(after, { types: ['THREAD_STARTED'], countries: ['UG'] })).toHaveLength(2);
      expect(await resume(after, { types: ['PLAN_ADOPTED'] })).toEqual([]);
    });

    test('is told of only to those who could see the record, and in all of its networks', async () => {
      const after = await stage.newest();
      const inside = await startThread('NETWORK');
      const both = await startThread('PARTNERS', [africa, 'net:americas'], 'un-liaison');
      for (const id of [inside, both]) await redact(id);
      expect((await resume(after)).map(({ subject, networkId, type }) => [subject, networkId, type])).toEqual(
        expect.arrayContaining(
          [africa, africa, 'net:americas', 'net:americas'].map((id) => [`thread/${both}`, id, 'TOMBSTONE']),
        ),
      );
      expect(subjectsOf(await resume(after))).not.toContain(`thread/${inside}`);
      const member = await stage.world.people.as('africa-rep');
      const { data } = await member.ask(
        'query ($after: Cursor) { networkUpdates(after: $after) { edges { node { type subject data } } } }',
        { after },
      );
      const own = data.networkUpdates.edges.filter(({ node }: { node: Update }) => node.subject === `thread/${inside}`);
      const node = { type: 'TOMBSTONE', subject: `thread/${inside}`, data: { threadId: inside } };
      expect(own).toEqual([{ node }, { node }]);
    });
  });
