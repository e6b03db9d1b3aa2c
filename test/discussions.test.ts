import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  activity,
  af,
  am,
  ask,
  counted,
  db,
  eventsOf,
  group,
  type Name,
  names,
  post,
  started,
  startThread,
  startThreadText,
  threadInput,
  useSubgraph,
} from './discussions/subgraph.ts';

useSubgraph();

describe('who may read', () => {
  const things = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'JOINT'] as const;
  type Thing = (typeof things)[number];
  const all = 'PUBLIC PARTNERS ALL_NETWORKS';
  const may: Record<Name, string> = {
    'americas-coordinator': `${all} NETWORK JOINT`,
    'americas-editor': `${all} NETWORK JOINT`,
    'americas-rep': `${all} NETWORK JOINT`,
    'group-rep': `${all} NETWORK GROUP JOINT`,
    'expert-lead': `${all} NETWORK GROUP JOINT`,
    'other-group-rep': `${all} NETWORK JOINT`,
    'safety-officer-am': `${all} NETWORK JOINT`,
    'un-liaison': `${all} NETWORK JOINT`,
    'africa-coordinator': `${all} JOINT`,
    'africa-rep': `${all} JOINT`,
    'steering-member': `${all} JOINT`,
    'safety-officer': `${all} JOINT`,
    'un-liaison-africa': `${all} JOINT`,
    observer: 'PUBLIC',
    operator: 'PUBLIC',
    nobody: 'PUBLIC',
    partner: 'PUBLIC PARTNERS',
    'partner-africa': 'PUBLIC',
    'partner-public': 'PUBLIC',
    'partner-too-wide': 'PUBLIC PARTNERS',
    gateway: '',
  };
  const threads = {} as Record<Thing, string>;
  const posts = {} as Record<Thing, string>;
  const meetings = {} as Record<Thing, string>;

  beforeAll(async () => {
    for (const thing of things) {
      const joint = thing === 'JOINT';
      threads[thing] = await started(joint ? 'un-liaison' : 'expert-lead', {
        networkIds: joint ? [am, af] : [am],
        visibility: joint ? 'NETWORK' : thing,
        bodyId: thing === 'GROUP' ? group : null,
      });
      const { rows } = await db.query('SELECT id FROM discussions.post WHERE thread_id = $1', [threads[thing]]);
      posts[thing] = rows[0].id;
      meetings[thing] = `meet:table-${thing}`;
      await db.query(
        `INSERT INTO discussions.meeting (id, network_ids, body_id, kind, status, visibility, titles, languages, agenda_items, provenance, created_at)
         VALUES ($1, $2, $3, 'TRAINING', 'SCHEDULED', $4, '{"en": "x"}', '{}', '[]', 'USER', now())`,
        [meetings[thing], joint ? [am, af] : [am], group, joint ? 'NETWORK' : thing],
      );
    }
  });

  test.each(names)('%s: the same verdict on every path', async (who) => {
    const aliases = (field: string, ids: Record<Thing, string>) =>
      things.map((thing) => `${field}_${thing}: ${field}(id: "${ids[thing]}") { id }`).join(' ');
    const representations = [
      { __typename: 'Network', id: am },
      { __typename: 'Activity', id: activity },
      { __typename: 'Body', id: group },
      ...things.map((thing) => ({ __typename: 'Thread', id: threads[thing] })),
      ...things.map((thing) => ({ __typename: 'Post', id: posts[thing] })),
      ...things.map((thing) => ({ __typename: 'Meeting', id: meetings[thing] })),
    ];
    const nodes = 'edges { node { id posts { edges { node { id thread { id } } } } } }';
    const { data, errors } = await ask(
      who,
      `query ($r: [_Any!]!) { ${aliases('thread', threads)} ${aliases('meeting', meetings)} inbox(first: 100) { ${nodes} }
        _entities(representations: $r) {
          ... on Network { threads(first: 100) { ${nodes} } meetings { id } }
          ... on Activity { activityThreads: threads { id } }
          ... on Body { bodyThreads: threads { ${nodes} } bodyMeetings: meetings { id } }
          ... on Thread { id } ... on Post { id body { text } thread { id } } ... on Meeting { id }
        } }`,
      { r: representations },
    );
    expect(errors).toBeUndefined();
    const verdict = (ids: Record<Thing, string>, found: (string | undefined)[]) =>
      things.filter((thing) => found.includes(ids[thing])).join(' ');
    // biome-ignore lint/suspicious/noExplicitAny: connections
    const listed = (connection: any) => connection.edges.map((e: any) => e.node.id);
    const [network, anchor, body, ...entities] = data._entities;
    const at = (offset: number) =>
      entities.slice(offset, offset + things.length).map((e: { id: string } | null) => e?.id);
    const root = (field: string) => things.map((thing) => data[`${field}_${thing}`]?.id);
    expect({
      root: verdict(threads, root('thread')),
      inbox: verdict(threads, listed(data.inbox)),
      network: verdict(threads, listed(network.threads)),
      activity: verdict(
        threads,
        anchor.activityThreads.map((t: { id: string }) => t.id),
      ),
      body: verdict(threads, listed(body.bodyThreads)),
      thread: verdict(threads, at(0)),
      post: verdict(posts, at(things.length)),
      meeting: verdict(meetings, at(2 * things.length)),
      rootMeeting: verdict(meetings, root('meeting')),
      networkMeetings: verdict(
        meetings,
        network.meetings.map((m: { id: string }) => m.id),
      ),
      bodyMeetings: verdict(
        meetings,
        body.bodyMeetings.map((m: { id: string }) => m.id),
      ),
    }).toEqual({
      root: may[who],
      inbox: may[who],
      network: may[who],
      activity: may[who],
      body: may[who].includes('GROUP') ? 'GROUP' : '',
      thread: may[who],
      post: may[who],
      meeting: may[who],
      rootMeeting: may[who],
      networkMeetings: may[who],
      bodyMeetings: may[who],
    });
  });

  test('attendance of a public meeting is for readers of its networks', async () => {
    const seen = async (who: Name) =>
      (await ask(who, '{ meeting(id: "meet:joint-1") { attendance { rsvp } } }')).data.meeting?.attendance.length;
    expect(await seen('africa-rep')).toBe(6);
    expect(await seen('un-liaison')).toBe(6);
    expect(await seen('observer')).toBe(0);
    expect(await seen('partner')).toBe(0);
    expect(await seen('operator')).toBe(0);
  });

  test('a key that no row can have finds nothing and harms no other', async () => {
    const { data, errors } = await ask(
      'americas-rep',
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thread { id } ... on Network { threads { edges { node { id } } } } } }',
      {
        r: [
          { __typename: 'Thread', id: 'a\u0000b' },
          { __typename: 'Thread', id: 'thread:am-network' },
          { __typename: 'Network', id: 'n\u0000' },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([null, { id: 'thread:am-network' }, { threads: { edges: [] } }]);
  });
});

describe('who may start a thread', () => {
  const ok: Partial<Record<Name, string>> = {
    'americas-coordinator': 'am',
    'americas-editor': 'am',
    'americas-rep': 'am',
    'group-rep': 'am group',
    'expert-lead': 'am group',
    'other-group-rep': 'am',
    'safety-officer-am': 'am',
    'un-liaison': 'am af both',
    'africa-coordinator': 'af',
    'africa-rep': 'af',
    'steering-member': 'af',
    'safety-officer': 'af',
    'un-liaison-africa': 'af',
  };
  const cases = {
    am: { networkIds: [am] },
    af: { networkIds: [af] },
    both: { networkIds: [am, af] },
    group: { networkIds: [am], bodyId: group, visibility: 'GROUP' },
    unknown: { networkIds: ['net:unknown'] },
    'known and unknown': { networkIds: [am, 'net:unknown'] },
  };
  test.each(names)('%s', async (who) => {
    const before = (await db.query('SELECT count(*) FROM feed.event')).rows[0].count;
    const allowed: string[] = [];
    for (const [name, over] of Object.entries(cases)) {
      const { thread, problems } = await startThread(who, over);
      if (thread) allowed.push(name);
      else expect(problems).toEqual([{ __typename: 'ForbiddenError' }]);
    }
    expect(allowed.join(' ')).toBe(ok[who] ?? '');
    const told = allowed.reduce((sum, name) => sum + (name === 'both' ? 2 : 1), 0);
    const after = (await db.query('SELECT count(*) FROM feed.event')).rows[0].count;
    expect(Number(after) - Number(before)).toBe(told);
  });
});

describe('starting', () => {
  test('says THREAD_STARTED once in each network, in the transaction of the rows; posts say nothing', async () => {
    const id = await started('un-liaison', { networkIds: [am, af, am], visibility: 'ALL_NETWORKS' });
    await post('africa-rep', id, 'An answer');
    const events = await eventsOf(id);
    expect(events.map((e) => [e.network_id, e.type, e.event_type, e.subject, e.visibility])).toEqual(
      [af, am].map((n) => [n, 'THREAD_STARTED', 'org.net4u.thread.started.v1', `thread/${id}`, 'ALL_NETWORKS']),
    );
    expect(events[0].data).toEqual({ threadId: id, anchor: { typename: 'Activity', id: activity } });
    const { rows } = await db.query('SELECT xmin::text FROM discussions.post WHERE thread_id = $1 ORDER BY position', [
      id,
    ]);
    expect(rows[0].xmin).toBe(events[0].xmin);
    expect(events[1].xmin).toBe(events[0].xmin);
    const toGroup = await started('expert-lead', { anchor: { typename: 'Body', id: group }, visibility: 'GROUP' });
    expect((await eventsOf(toGroup)).map((e) => [e.visibility, e.body_ids])).toEqual([['GROUP', [group]]]);
  });

  test('once, however often and however close together it is sent', async () => {
    const input = threadInput();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask('americas-rep', startThreadText, { input })));
    answers.push(await ask('americas-rep', startThreadText, { input: { ...input, bodyId: null } }));
    const ids = new Set(answers.map(({ data }) => data.startThread.thread.id));
    expect(ids.size).toBe(1);
    expect(await eventsOf([...ids][0])).toHaveLength(1);
    const posts = [1, 2, 3, 4, 5].map(() => post('americas-rep', [...ids][0], 'once', { clientMutationId: 'same' }));
    expect(new Set((await Promise.all(posts)).map((p) => p.post?.id)).size).toBe(1);

    const other = await ask('americas-rep', startThreadText, { input: { ...input, body: 'Other words' } });
    expect(other.data.startThread).toMatchObject({ thread: null, problems: [{ path: ['input', 'clientMutationId'] }] });
    const another = await ask('americas-editor', startThreadText, { input: { ...input, body: 'Other words' } });
    expect(ids.has(another.data.startThread.thread.id)).toBe(false);
    const refused = threadInput({ body: 'x'.repeat(20_001) });
    expect((await ask('americas-rep', startThreadText, { input: refused })).data.startThread.thread).toBeNull();
    const corrected = await ask('americas-rep', startThreadText, { input: { ...refused, body: 'short' } });
    expect(corrected.data.startThread.problems).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['SEAT_ONLY', { visibility: 'SEAT_ONLY' }, ['visibility']],
    ['GROUP without a body', { visibility: 'GROUP' }, ['bodyId']],
    ['no network', { networkIds: [] }, ['networkIds']],
    ['a body of 20,001 characters', { body: 'x'.repeat(20_001) }, ['body']],
    ['a title of 301', { title: [{ locale: 'en', text: 'x'.repeat(301) }] }, ['title', '0', 'text']],
    ['a language twice', { title: ['en', 'en'].map((locale) => ({ locale, text: 'x' })) }, ['title', '1']],
    ['only blanks', { title: [{ locale: 'en', text: ' ' }], body: '\u0007\n' }, ['body']],
    ['what nobody sees', { title: [], body: '\u200b\u202e\ufeff\u3164 \u0301' }, ['body']],
    ['an anchor of no such type', { anchor: { typename: 'Post', id: 'post:x' } }, ['anchor', 'typename']],
    ['an anchor named as a property', { anchor: { typename: 'constructor', id: 'x' } }, ['anchor', 'typename']],
    ['an anchor in another network', { anchor: { typename: 'Network', id: af } }, ['anchor', 'id']],
    ['an unknown meeting', { anchor: { typename: 'Meeting', id: 'meet:none' } }, ['anchor', 'id']],
    ['another body than its anchor', { anchor: { typename: 'Body', id: group }, bodyId: 'body:am-1' }, ['bodyId']],
    ['an id with a NUL', { anchor: { typename: 'Activity', id: 'a\u0000' } }, ['anchor', 'id']],
    ['an empty clientMutationId', { clientMutationId: '' }, ['clientMutationId']],
  ])('refuses %s, with the path of the field', async (_what, over, path) => {
    const { thread, problems } = await startThread('americas-rep', over);
    expect(thread).toBeNull();
    expect(problems).toEqual([
      { __typename: 'ValidationError', message: expect.any(String), path: ['input', ...path] },
    ]);
  });

  test('keeps text as plain text, without control characters, counted in characters', async () => {
    const id = await started('americas-rep', {
      title: [{ locale: 'es', text: '\u0000¿Quién\u001b[31m?' }],
      body: `<b>ñ</b>\r\n\tfin\u0000\ud800${'😀'.repeat(19_980)}`,
      locale: 'es',
      anchor: { typename: 'Meeting', id: 'meet:panama', field: 'agenda', quote: 'Acuerdos' },
    });
    const { data } = await ask(
      'americas-rep',
      `{ thread(id: "${id}") { title { text locale } anchorField anchorQuote anchor { __typename ... on Meeting { id threads { id } } } posts { edges { node { body { text locale } } } } } }`,
    );
    expect(data.thread.title).toEqual({ text: '¿Quién[31m?', locale: 'es' });
    expect(data.thread).toMatchObject({
      anchorField: 'agenda',
      anchorQuote: 'Acuerdos',
      anchor: { __typename: 'Meeting', id: 'meet:panama' },
    });
    expect(data.thread.anchor.threads).toEqual([{ id }]);
    expect(data.thread.posts.edges[0].node.body.text).toBe(`<b>ñ</b>\n\tfin\ufffd${'😀'.repeat(19_980)}`);
  });
});

describe('statements', () => {
  const nets = [am, af, 'net:asia'].map((id) => ({ __typename: 'Network', id }));
  const entities = (representations: object[], fields: string) =>
    counted(() =>
      ask('un-liaison', `query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`, {
        r: representations,
      }),
    );
  const ids = async (table: string) =>
    (await db.query(`SELECT id FROM discussions.${table} LIMIT 20`)).rows.map((r) => r.id);

  test('one for the threads of N networks, and one more for their posts, meetings or participants', async () => {
    const count = async (fields: string) =>
      (await entities(nets, `... on Network { threads(first: 100) { edges { node { ${fields} } } } }`)).count;
    expect(await count('title { text } networks { id } startedBy { id }')).toBe(1);
    expect(await count('anchor { __typename ... on Meeting { title { text } } }')).toBe(2);
    expect(await count('participants { id }')).toBe(2);
    const posts = await entities(
      nets,
      '... on Network { threads(first: 5) { edges { node { posts(first: 3) { edges { node { body { text } author { id } } } } } } } }',
    );
    expect(posts.answer.data._entities[0].threads.edges).toHaveLength(5);
    expect(posts.count).toBe(2);
    expect((await entities(nets, '... on Network { meetings { attendance { rsvp } } }')).count).toBe(2);
  });

  test('one for N entities of a type, one for the threads of N activities', async () => {
    for (const [type, table] of [
      ['Thread', 'thread'],
      ['Post', 'post'],
      ['Meeting', 'meeting'],
    ] as const) {
      const all = (await ids(table)).map((id) => ({ __typename: type, id }));
      expect(all.length).toBeGreaterThan(5);
      expect((await entities(all, `... on ${type} { id }`)).count).toBe(1);
    }
    const activities = ['a1.1.1', 'a1.1.2', 'a2.1.1'].map((a) => ({
      __typename: 'Activity',
      id: `plan:joint-2027/${a}`,
    }));
    const { answer, count } = await entities(
      activities,
      '... on Activity { threads(status: OPEN) { title { text } } }',
    );
    expect(count).toBe(1);
    expect(answer.data._entities.map((a: { threads: object[] }) => a.threads.length > 0)).toEqual([true, true, true]);
  });
});
