import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { networkUpdates, planLive, unified } from './journeys/operations.ts';
import { type Answer, createMember, type Following, type Member } from './people.ts';
import { planId, readLog, Writer } from './plan-writer.ts';
import { until } from './processes.ts';
import { describeWith } from './required.ts';
import { Topology } from './topology.ts';

const clients = 50;
const subscribers = 200;
const down = 3_000; // ms that a subgraph stays away

/** Where an answer over all subgraphs may lack something when one is away. */
const lost: Record<string, RegExp> = {
  networks:
    /^network(\/(name|foundedOn|foundedPrecision|countries|bodies|slug|id)(\/.*)?)?$|\/(countries|networks)(\/.*)?$/,
  members: /\/(memberships|organisation|seats|author|responsible|attendance|displayName)(\/.*)?$/,
  'working-plans': /^network\/workingPlans(\/.*)?$/,
  discussions: /\/(threads|meetings|posts)(\/.*)?$/,
};

/** What one subscriber has been given, by what names each thing for good. */
interface Subscriber {
  received: string[];
  /** Has had its first event: for updates the heartbeat that they begin with. */
  begun: boolean;
  following: Following;
  faults: string[];
}

describeWith('redis', 'subgraphs killed under 50 clients who ask and 200 who follow', () => {
  let world: Topology;
  const members: Member[] = [];
  beforeAll(async () => {
    world = await Topology.prepare({ RATE_LIMITS: 'off' }); // a few personas stand for many people
    for (const name of Topology.names) if (!name.endsWith('beside')) world.start(name);
    await world.becomesReady('gateway');
    world.signIn();
  });
  afterAll(async () => {
    await Promise.all(members.map((member) => member.leave()));
    await world?.close();
  });

  /** The persona at a socket of its own. */
  const beside = async (persona: string): Promise<Member> => {
    const member = createMember(world.address('gateway'), (await world.people.as(persona)).token);
    members.push(member);
    return member;
  };

  const collect = (following: Following, nameOf: (data: Answer['data']) => string | undefined): Subscriber => {
    const subscriber: Subscriber = { received: [], begun: false, following, faults: [] };
    void (async () => {
      for (;;) {
        const { data, errors } = await following.next(600_000);
        subscriber.begun = true;
        const name = data && nameOf(data);
        if (name) subscriber.received.push(name);
        // An event whose joined part is away comes all the same, and says what is missing.
        for (const error of errors ?? []) {
          if (!name || !error.path || error.extensions?.code !== 'SUBGRAPH_UNAVAILABLE')
            subscriber.faults.push(JSON.stringify(error));
        }
      }
    })().catch((error) => subscriber.faults.push(String(error)));
    return subscriber;
  };
  const updateOf = (data: Answer['data']) =>
    data.networkUpdates?.__typename === 'NetworkUpdate' ? data.networkUpdates.subject : undefined;
  const editOf = (data: Answer['data']) => data.planEdits?.update;

  test.each(['members', 'working-plans', 'discussions', 'networks'])(
    '%s: partial answers with the right paths, recovery by itself, and no subscriber misses or doubles anything',
    async (victim) => {
      const editor = await world.people.as('americas-editor');
      const ask = (member: Member) => member.ask(unified, { slug: 'net4u-americas' });
      const whole = await ask(editor);
      expect(whole.errors).toBeUndefined();

      const writer = await Writer.join(editor);
      const personas = ['partner', 'americas-editor', 'africa-editor', 'expert-lead'];
      const followers = await Promise.all(
        Array.from({ length: subscribers }, async (_, n) => {
          const onPlan = n % 4 === 0;
          const member = await beside(onPlan ? 'africa-editor' : (personas[n % personas.length] as string));
          return onPlan
            ? collect(member.follow(planLive, { planId, after: writer.cursor }, 'PlanEdits'), editOf)
            : collect(member.follow(networkUpdates, {}, 'NetworkUpdates'), updateOf);
        }),
      );
      const onUpdates = followers.filter((_, n) => n % 4 !== 0);
      const onPlan = followers.filter((_, n) => n % 4 === 0);
      await until(() => onUpdates.every(({ begun }) => begun));
      // Each stands at the head before anything happens.
      const { thread } = await publish(editor, `${victim}-first`);
      await until(() => onUpdates.every(({ received }) => received.includes(`thread/${thread}`)));

      let over = false;
      const outcomes = { whole: 0, partial: 0, wrong: [] as string[] };
      const asking = Array.from({ length: clients }, async () => {
        while (!over) {
          const answer = await ask(editor).catch((error) => ({ errors: [{ message: String(error) }] }) as Answer);
          if (!answer.errors) outcomes.whole += 1;
          else if (answer.errors.every((error) => isLoss(error, victim))) outcomes.partial += 1;
          else outcomes.wrong.push(JSON.stringify(answer.errors.find((error) => !isLoss(error, victim))));
          await new Promise((resolve) => setTimeout(resolve, 100)); // or they would take all the machine has
        }
      });
      const threads: string[] = [`thread/${thread}`];
      const publishing = (async () => {
        for (let n = 0; !over; n += 1) {
          threads.push(`thread/${(await publish(editor, `${victim}-${n}`)).thread}`);
          await new Promise((resolve) => setTimeout(resolve, 50)); // 20 updates a second at most
        }
      })();
      const typing = (async () => {
        for (let n = 0; !over; n += 1) {
          const edit = writer.type(` ${victim}${n}`);
          await until(() =>
            writer.push(edit).then(
              () => true,
              () => false,
            ),
          ); // the same bytes until acknowledged
          await new Promise((resolve) => setTimeout(resolve, 50)); // 20 edits a second at most
        }
      })();

      const typed = () => writer.acknowledged.size;
      await until(() => outcomes.whole > clients && threads.length > 5 && typed() > 5); // all are under way
      await world.kill(victim);
      await new Promise((resolve) => setTimeout(resolve, down)); // what the test is about
      await world.waitsFor(victim);
      world.start(victim);
      await world.becomesReady('gateway');
      await until(async () => !(await ask(editor)).errors);
      const before = [outcomes.whole, threads.length, typed()] as const;
      await until(() => outcomes.whole > before[0] + 5 && threads.length > before[1] + 5 && typed() > before[2] + 5); // live again
      over = true;
      await Promise.all([...asking, publishing, typing]);

      expect(outcomes.wrong).toEqual([]);
      expect(outcomes.partial).toBeGreaterThan(0);
      const log = (await readLog(editor, writer.cursor)).map(({ update }) => update);
      expect(log.length).toBe(writer.acknowledged.size);
      await until(
        () =>
          onUpdates.every(({ received }) => received.includes(threads.at(-1) as string)) &&
          onPlan.every(({ received }) => received.includes(log.at(-1) as string)),
      ).catch(() => {}); // the comparison below says what is missing
      for (const { received, faults } of onPlan) expect({ faults, received }).toEqual({ faults: [], received: log });
      for (const { received, faults } of onUpdates) {
        expect(faults).toEqual([]);
        expect(received.filter((subject) => threads.includes(subject))).toEqual(threads);
      }
      for (const { following } of followers) following.close();
    },
  );

  /** A thread, asked for again under the same id until it is there. */
  async function publish(editor: Member, name: string): Promise<{ thread: string }> {
    const input = {
      clientMutationId: `loss-${name}`,
      networkIds: ['net:americas'],
      anchor: { typename: 'Network', id: 'net:americas' },
      title: [{ locale: 'en', text: name }],
      body: 'Body',
      locale: 'en',
      visibility: 'PARTNERS',
    };
    let thread: string | undefined;
    await until(async () => {
      const { data } = await editor.ask(networkUpdates, { input }, 'StartThread').catch(() => ({ data: null }));
      thread = data?.startThread?.thread?.id;
      return thread !== undefined;
    });
    return { thread: thread as string };
  }
});

const isLoss = ({ path, extensions }: NonNullable<Answer['errors']>[number], victim: string): boolean => {
  const keys = path?.filter((key) => typeof key === 'string').join('/');
  return extensions?.code === 'SUBGRAPH_UNAVAILABLE' && keys !== undefined && (lost[victim] as RegExp).test(keys);
};
