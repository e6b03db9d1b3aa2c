import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import {
  as,
  clock,
  done,
  first,
  inRound,
  opened,
  pass,
  plan,
  question,
  refusal,
  rules,
  send,
  take,
  type Who,
} from './decisions.ts';
import {
  actors,
  af,
  am,
  ask,
  askAs,
  counted,
  db,
  group,
  type Name,
  names,
  nextMutation,
  problemFields,
  useSubgraph,
} from './subgraph.ts';

describe('decisions rights', () => {
  useSubgraph(rules);

  const step = (decision: { id: string; version: number }, more: object = {}) => ({
    decisionId: decision.id,
    expectedVersion: decision.version,
    ...more,
  });
  const vote = (decision: { id: string }) => ({ decisionId: decision.id, contentHash: first, position: 'CONSENT' });
  const inputs = (id: string) => {
    const by = () => ({ clientMutationId: nextMutation(), decisionId: id });
    return {
      advanceDecision: { ...by(), expectedVersion: 1, to: 'REACTIONS' },
      startDecisionRound: { ...by(), expectedVersion: 1 },
      concludeDecision: { ...by(), expectedVersion: 1 },
      withdrawDecision: { ...by(), expectedVersion: 1 },
      takePosition: { ...by(), contentHash: first, position: 'CONSENT' },
    };
  };
  const steps = Object.keys(inputs(''));
  const everyStep = `mutation (${steps.map((name) => `$${name}: ${name[0]?.toUpperCase()}${name.slice(1)}Input!`)}) {
  ${steps.map((name) => `${name}(input: $${name}) { problems { ... on ForbiddenError { message } } }`).join('\n')}
}`;
  const forbidden = [{ __typename: 'ForbiddenError' }];

  describe('who may see a decision, and its positions', () => {
    const things = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'JOINT'] as const;
    type Thing = (typeof things)[number];
    const all = 'PUBLIC PARTNERS ALL_NETWORKS';
    const inside = `${all} NETWORK JOINT`;
    const may: Record<Name, [decision: string, positions: string]> = {
      'americas-coordinator': [inside, inside],
      'americas-editor': [inside, inside],
      'americas-rep': [inside, inside],
      'group-rep': [`${all} NETWORK GROUP JOINT`, `${all} NETWORK GROUP JOINT`],
      'expert-lead': [`${all} NETWORK GROUP JOINT`, `${all} NETWORK GROUP JOINT`],
      'other-group-rep': [inside, inside],
      'safety-officer-am': [inside, inside],
      'un-liaison': [inside, inside],
      'africa-coordinator': [`${all} JOINT`, 'JOINT'],
      'africa-rep': [`${all} JOINT`, 'JOINT'],
      'steering-member': [`${all} JOINT`, 'JOINT'],
      'safety-officer': [`${all} JOINT`, 'JOINT'],
      'un-liaison-africa': [`${all} JOINT`, 'JOINT'],
      observer: ['PUBLIC', ''],
      operator: ['PUBLIC', ''],
      nobody: ['PUBLIC', ''],
      partner: ['PUBLIC PARTNERS', ''],
      'partner-africa': ['PUBLIC', ''],
      'partner-public': ['PUBLIC', ''],
      'partner-too-wide': ['PUBLIC PARTNERS', ''],
      gateway: ['', ''],
    };
    const decisions = {} as Record<Thing, string>;
    const threads = {} as Record<Thing, string>;

    beforeAll(async () => {
      for (const thing of things) {
        const [who, over, subject] =
          thing === 'JOINT'
            ? (['joint', { networkIds: [am, af] }, {}] as const)
            : thing === 'GROUP'
              ? ([
                  'lead-and-rep',
                  { visibility: thing, bodyId: group },
                  { subject: { typename: 'Activity', id: 'plan:x/a1' } },
                ] as const)
              : (['americas-coordinator', { visibility: thing }, {}] as const);
        const decision = await inRound({ ...over, ...subject }, {}, who);
        await take(thing === 'GROUP' ? 'group-rep' : 'americas-rep', decision, 'OBJECT', { reason: `why ${thing}` });
        decisions[thing] = decision.id;
        threads[thing] = `thread:on-${thing}`;
        await db.query(
          `INSERT INTO discussions.thread (id, network_ids, anchor_typename, anchor_id, source_locale, status, visibility, provenance, created_at, last_activity_at)
         VALUES ($1, $2, 'Decision', $3, 'en', 'OPEN', 'PUBLIC', 'USER', now(), now())`,
          [threads[thing], [am], decision.id],
        );
      }
    });

    test.each(names)('%s: the same verdict on every path', async (who) => {
      const nodes = 'id positions { reason } tally { responded } rounds { positions { reason } }';
      const { data, errors } = await ask(
        who,
        `query ($r: [_Any!]!) {
        ${things.map((thing) => `${thing}: decision(id: "${decisions[thing]}") { ${nodes} }`).join(' ')}
        ${things.map((thing) => `thread_${thing}: thread(id: "${threads[thing]}") { anchor { ... on Decision { id } } }`).join(' ')}
        _entities(representations: $r) {
          ... on Network { decisions(first: 100) { edges { node { ${nodes} } } } }
          ... on WorkingPlan { onPlan: decisions { ${nodes} } }
          ... on Decision { ${nodes} }
        } }`,
        {
          r: [
            { __typename: 'Network', id: am },
            { __typename: 'WorkingPlan', id: plan },
            ...things.map((thing) => ({ __typename: 'Decision', id: decisions[thing] })),
          ],
        },
      );
      expect(errors).toBeUndefined();
      type Node = { id: string; positions: object[]; tally: object[]; rounds: { positions: object[] }[] } | null;
      const verdict = (found: Node[]) => [
        things.filter((thing) => found.some((node) => node?.id === decisions[thing])).join(' '),
        things
          .filter((thing) => {
            const node = found.find((one) => one?.id === decisions[thing]);
            const shown = new Set(
              [node?.positions, node?.tally, node?.rounds[0]?.positions].map((list) => (list?.length ?? 0) > 0),
            );
            expect(shown.size).toBe(1);
            return shown.has(true);
          })
          .join(' '),
      ];
      const [network, planned, ...entities] = data._entities;
      const seen = may[who];
      expect(verdict(things.map((thing) => data[thing]))).toEqual(seen);
      expect(verdict(entities)).toEqual(seen);
      expect(verdict(network.decisions.edges.map((edge: { node: Node }) => edge.node))).toEqual(seen);
      expect(verdict(planned.onPlan)).toEqual(seen.map((list) => list.replace('GROUP ', ''))); // not on the plan
      // a public thread does not show the decision it hangs on
      if (who !== 'gateway') expect(things.filter((thing) => data[`thread_${thing}`].anchor).join(' ')).toBe(seen[0]);
    });

    test.each(names)('%s: every step is refused to whom may not see it as if it did not exist', async (who) => {
      const hidden = things.filter((thing) => !may[who][0].split(' ').includes(thing));
      for (const id of [...hidden.map((thing) => decisions[thing]), 'decision:none', 'a\u0000', '']) {
        const refusal = { problems: [{ message: 'There is no such decision, or you may not see it.' }] };
        const answer = await ask(who, everyStep, inputs(id));
        expect(answer).toEqual({ data: Object.fromEntries(Object.keys(inputs(id)).map((name) => [name, refusal])) });
        const { data } = await ask(who, 'query ($id: ID!) { decision(id: $id) { id } }', { id });
        expect(data.decision).toBeNull();
      }
    });

    test('who may not see it cannot hang a thread on it', async () => {
      const start = async (who: Who, id: string) => {
        const input = {
          clientMutationId: nextMutation(),
          networkIds: [who === 'africa-rep' ? af : am],
          anchor: { typename: 'Decision', id },
          body: 'About it',
          locale: 'en',
          visibility: 'NETWORK',
        };
        const { data } = await askAs(
          as(who),
          `mutation ($input: StartThreadInput!) { startThread(input: $input) { thread { id anchor { ... on Decision { id threads { id } } } } ${problemFields} } }`,
          { input },
        );
        return data.startThread;
      };
      const foreign = await start('africa-rep', decisions.NETWORK);
      const none = await start('africa-rep', 'decision:none');
      expect(foreign.problems).toMatchObject([{ path: ['input', 'anchor', 'id'] }]);
      expect(foreign.problems).toEqual(none.problems);
      const { thread } = await start('americas-rep', decisions.NETWORK);
      expect(thread.anchor.id).toBe(decisions.NETWORK);
      expect(thread.anchor.threads.map((one: { id: string }) => one.id)).toContain(thread.id);
    });
  });

  describe('who may open a decision', () => {
    const cases = {
      am: {},
      af: { networkIds: [af] },
      both: { networkIds: [am, af] },
      group: { visibility: 'GROUP', bodyId: group, subject: { typename: 'Activity', id: 'plan:x/a1' } },
      'open group': { bodyId: group, subject: { typename: 'Activity', id: 'plan:x/a1' } },
      unknown: { networkIds: [am, 'net:unknown'] },
    };
    const ok: Partial<Record<Who, string>> = {
      'americas-coordinator': 'am, open group',
      'africa-coordinator': 'af',
      'steering-member': 'af',
      'expert-lead': 'group, open group',
      'lead-and-rep': 'group, open group',
      joint: 'am, af, both, open group',
    };
    test.each<Who>([...names, 'joint', 'lead-and-rep'])('%s', async (who) => {
      const allowed: string[] = [];
      for (const [name, over] of Object.entries(cases)) {
        const { decision, problems } = await send(who, 'openDecision', question(over));
        if (decision) allowed.push(name);
        else expect(problems).toEqual(forbidden);
      }
      expect(allowed.join(', ')).toBe(ok[who] ?? '');
    });
  });

  describe('those who see a decision but have no part in it', () => {
    test('take no position and make no step', async () => {
      const decision = await inRound({ visibility: 'PUBLIC' });
      const open = names.filter((who) => who !== 'gateway');
      const voters: Name[] = ['americas-rep', 'group-rep', 'other-group-rep'];
      for (const who of open.filter((name) => !voters.includes(name)))
        expect(await refusal(who, 'takePosition', vote(decision))).toEqual(forbidden);
      for (const who of open.filter((name) => name !== 'americas-coordinator')) {
        expect(await refusal(who, 'withdrawDecision', step(decision))).toEqual(forbidden);
        expect(await refusal(who, 'concludeDecision', step(decision))).toEqual(forbidden);
      }
    });

    test('in what a group decides, only seats of the group have a voice', async () => {
      const decision = await inRound(
        { bodyId: group, subject: { typename: 'Body', id: group }, quorum: 1 },
        {},
        'lead-and-rep',
      );
      for (const who of ['americas-rep', 'other-group-rep', 'expert-lead'] as const)
        expect(await refusal(who, 'takePosition', vote(decision))).toEqual(forbidden);
      await take('group-rep', decision, 'CONSENT');
      clock.now = new Date(decision.closesAt);
      const ended = await done('lead-and-rep', 'concludeDecision', step(decision));
      expect(ended.status).toBe('ADOPTED');
      const { rows } = await db.query('SELECT visibility, body_ids FROM feed.event WHERE subject = $1', [
        `decision/${ended.id}`,
      ]);
      expect(rows).toEqual([{ visibility: 'NETWORK', body_ids: [group] }]);
    });
  });

  describe('rights that were taken away', () => {
    test('take no position and change none; the one taken in time stays', async () => {
      const decision = await inRound({ quorum: 1 });
      await take('americas-rep', decision, 'CONSENT', { clientMutationId: 'while-member' });
      const gone: Actor = { ...(actors['americas-rep'] as Actor), roles: [], networks: [] };
      expect(await refusal(gone, 'takePosition', { ...vote(decision), position: 'OBJECT', reason: 'x' })).toEqual(
        forbidden,
      );
      // not even the answer of before
      expect(await refusal(gone, 'takePosition', { ...vote(decision), clientMutationId: 'while-member' })).toEqual(
        forbidden,
      );
      const editor: Actor = { ...gone, roles: [{ role: 'MEMBER_EDITOR', networkId: am, bodyId: null }] };
      expect(await refusal(editor, 'takePosition', vote(decision))).toEqual(forbidden);
      pass(30 * 86_400_000);
      const former: Actor = { ...(actors['americas-coordinator'] as Actor), roles: editor.roles };
      expect(await refusal(former, 'concludeDecision', step(decision))).toEqual(forbidden);
      expect((await done('americas-coordinator', 'concludeDecision', step(decision))).status).toBe('ADOPTED');
    });
  });

  describe('lists', () => {
    test('are paged newest first, by status, without gap or double, in one statement each', async () => {
      await db.query('TRUNCATE discussions.decision CASCADE');
      const ids: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        if (n % 2) pass(1); // two of each pair were opened at the same moment
        ids.push((await opened({ networkIds: [af], quorum: 1 }, 'africa-coordinator')).id);
      }
      const page = async (after: string | null, status: string | null = null) => {
        const { answer, count } = await counted(() =>
          ask(
            'africa-rep',
            `query ($r: [_Any!]!, $after: Cursor, $status: DecisionStatus) { _entities(representations: $r) { ... on Network {
            decisions(first: 3, after: $after, status: $status) { edges { node { id } } pageInfo { hasNextPage endCursor } } } } }`,
            { r: [af, am].map((id) => ({ __typename: 'Network', id })), after, status },
          ),
        );
        expect(count).toBe(1);
        expect(answer.data._entities[1].decisions.edges).toEqual([]);
        return answer.data._entities[0].decisions;
      };
      const found: string[] = [];
      for (let after: string | null = null; ; ) {
        const { edges, pageInfo } = await page(after);
        found.push(...edges.map((edge: { node: { id: string } }) => edge.node.id));
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      expect([...found].sort()).toEqual([...ids].sort());
      expect(found).toHaveLength(7);
      expect(found[0]).toBe(ids.at(-1));
      expect((await page(null, 'ADOPTED')).edges).toEqual([]);
      expect((await page(null, 'DRAFT')).edges).toHaveLength(3);
      const { errors } = await ask(
        'africa-rep',
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Network { decisions(after: "abc") { pageInfo { hasNextPage } } } } }`,
        {
          r: [{ __typename: 'Network', id: af }],
        },
      );
      expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
    });

    test('with positions, tally and rounds cost one statement more for each of both, however many decisions', async () => {
      for (let n = 0; n < 3; n += 1) {
        const decision = await inRound({ networkIds: [am], quorum: 1 });
        await take('americas-rep', decision, 'CONSENT');
      }
      const { answer, count } = await counted(() =>
        ask(
          'un-liaison',
          `query ($r: [_Any!]!) { _entities(representations: $r) { ... on WorkingPlan { decisions { title(locale: "es") { text } opensAt closesAt openedBy { id } networks { id }
          subject { __typename } positions { position } tally { adopts } rounds { positions { reason } } } } } }`,
          { r: [plan, 'plan:other'].map((id) => ({ __typename: 'WorkingPlan', id })) },
        ),
      );
      expect(count).toBe(3);
      expect(answer.data._entities[1].decisions).toEqual([]);
      expect(answer.data._entities[0].decisions).toHaveLength(10);
      expect(answer.data._entities[0].decisions[0]).toMatchObject({
        title: { text: '¿Adoptar el plan?' },
        subject: { __typename: 'WorkingPlan' },
        positions: [{ position: 'CONSENT' }],
        tally: [{ adopts: true }],
      });
      const all = (await db.query('SELECT id FROM discussions.decision')).rows.map(({ id }) => ({
        __typename: 'Decision',
        id,
      }));
      const entities = await counted(() =>
        ask(
          'un-liaison',
          'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Decision { id threads { id } } } }',
          { r: all },
        ),
      );
      expect(entities.count).toBe(2);
    });
  });
});
