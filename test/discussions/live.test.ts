import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Following, Member } from '../people.ts';
import { startWorldApart, type World } from '../world.ts';
import { png } from './files.ts';
import { af } from './subgraph.ts';

let world: World;
let owner: pg.Client;
let rep: Member;
let steering: Member;
let coordinator: Member;
let americas: Member;
beforeAll(async () => {
  world = await startWorldApart();
  owner = new pg.Client(world.databaseUrl);
  await owner.connect();
  [rep, steering, coordinator, americas] = (await Promise.all(
    ['africa-rep', 'steering-member', 'africa-coordinator', 'americas-rep'].map((name) => world.people.as(name)),
  )) as [Member, Member, Member, Member];
});
afterAll(async () => {
  await owner?.end();
  await world?.stop();
});

let serial = 0;
async function send(member: Member, name: string, type: string, input: object, fields: string) {
  const text = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${fields} problems { __typename ... on UserError { message path } } } }`;
  const { data, errors } = await member.ask(text, { input: { clientMutationId: `live-${++serial}`, ...input } });
  expect(errors).toBeUndefined();
  expect(data.payload.problems).toEqual([]);
  return data.payload;
}
const start = async () =>
  (
    await send(
      rep,
      'startThread',
      'StartThreadInput',
      {
        networkIds: [af],
        anchor: { typename: 'Network', id: af },
        title: [{ locale: 'en', text: 'Live' }],
        body: '',
        locale: 'en',
        visibility: 'NETWORK',
      },
      'thread { id changesCursor }',
    )
  ).thread as { id: string; changesCursor: string };
const write = async (member: Member, threadId: string, body: string, over: object = {}): Promise<string> =>
  (await send(member, 'post', 'PostInput', { threadId, body, locale: 'en', ...over }, 'post { id }')).post.id;
/** A stream says nothing when it begins: what is written until it has begun is read from where it was told to begin. */
const texts = async (stream: Following, count: number) => {
  const found: string[] = [];
  while (found.length < count) found.push((await stream.next()).data.postAdded.body.text);
  return found;
};

test('posts arrive once each and in order, from the last one that is known, joined with who wrote them', async () => {
  const { id } = await start();
  const first = await write(rep, id, '1');
  await write(steering, id, '2');
  const fields = '{ id cursor body { text } author { displayName organisation { name } } }';
  const known = coordinator.follow(
    `subscription ($t: ID!, $p: ID) { postAdded(threadId: $t, afterPost: $p) ${fields} }`,
    { t: id, p: first },
  );
  const event = (await known.next()).data.postAdded;
  expect(event).toMatchObject({
    body: { text: '2' },
    author: { displayName: expect.any(String), organisation: { name: expect.any(String) } },
  });
  await Promise.all(Array.from({ length: 20 }, (_, n) => write(n % 2 ? rep : steering, id, `more ${n}`)));
  const { data } = await rep.ask(
    `{ thread(id: "${id}") { posts(first: 100, after: "${event.cursor}") { edges { node { body { text } } } } } }`,
  );
  const inOrder = data.thread.posts.edges.map((edge: { node: { body: { text: string } } }) => edge.node.body.text);
  expect(inOrder).toHaveLength(20);
  expect(await texts(known, 20)).toEqual(inOrder);
  const resumed = steering.follow(
    `subscription ($t: ID!, $a: Cursor) { postAdded(threadId: $t, after: $a) { body { text } } }`,
    { t: id, a: event.cursor },
  );
  expect(await texts(resumed, 20)).toEqual(inOrder);
  // Who comes later with the same words gets the same, not what comes from now on.
  const same = steering.follow(`subscription ($t: ID!, $p: ID) { postAdded(threadId: $t, afterPost: $p) ${fields} }`, {
    t: id,
    p: first,
  });
  expect(await texts(same, 21)).toEqual(['2', ...inOrder]);
  for (const stream of [known, resumed, same]) {
    expect(stream.waiting()).toEqual([]);
    stream.close();
  }
});

test('changes arrive as the post is now; what was redacted is gone from screens', async () => {
  const { id, changesCursor } = await start();
  const postId = await write(rep, id, 'Names somebody');
  const stream = steering.follow(
    'subscription ($t: ID!, $a: Cursor) { postChanged(threadId: $t, after: $a) { cursor post { id body { text } deletedAt reactions { key count viewerReacted } } } }',
    { t: id, a: changesCursor },
  );
  await send(steering, 'setReaction', 'SetReactionInput', { postId, key: 'question', on: true }, 'post { id }');
  expect((await stream.next()).data.postChanged.post).toMatchObject({
    reactions: [{ key: 'question', count: 1, viewerReacted: true }],
  });
  await rep.ask(`mutation { editPost(id: "${postId}", body: "Says less") { post { id } } }`);
  const edited = (await stream.next()).data.postChanged;
  expect(edited.post.body.text).toBe('Says less');
  await rep.ask(`mutation { deletePost(id: "${postId}") { post { id } } }`);
  expect((await stream.next()).data.postChanged.post).toMatchObject({
    body: { text: '' },
    deletedAt: expect.any(String),
    reactions: [],
  });
  stream.close();
  // Who comes back after a break gets the state, not the steps.
  const late = steering.follow(
    'subscription ($t: ID!, $a: Cursor) { postChanged(threadId: $t, after: $a) { post { body { text } } } }',
    { t: id, a: changesCursor },
  );
  expect((await late.next()).data.postChanged.post.body.text).toBe('');
  late.close();
});

test('the inbox of each seat hears of what it may read, and of its own reading; nobody else’s', async () => {
  const { id } = await start();
  const follow = (member: Member) => member.follow('subscription { inboxChanged { id unread unreadMentions } }');
  const [mine, foreign] = [follow(steering), follow(americas)];
  // A subscription without a past says nothing until something happens: posts are written until it has heard of one.
  let heard: { id: string; unread: number; unreadMentions: number } | undefined;
  for (let n = 0; n < 20 && heard?.id !== id; n += 1) {
    await write(rep, id, `${n}`, { mentionSeatIds: ['seat:s10'] });
    heard = (await mine.next(500).catch(() => undefined))?.data.inboxChanged;
  }
  expect(heard?.id).toBe(id);
  expect(heard?.unreadMentions).toBe(heard?.unread);
  mine.waiting();
  await send(steering, 'markThreadRead', 'MarkThreadReadInput', { threadId: id }, 'thread { id }');
  let latest = (await mine.next()).data.inboxChanged;
  while (latest.unread > 0) latest = (await mine.next()).data.inboxChanged;
  expect(latest).toEqual({ id, unread: 0, unreadMentions: 0 });
  await send(rep, 'markThreadRead', 'MarkThreadReadInput', { threadId: id }, 'thread { id }');
  await write(rep, id, 'last');
  // What was written before may be told after it was read, too, and then as it is by then.
  while (latest.unread === 0) latest = (await mine.next()).data.inboxChanged;
  expect(latest).toMatchObject({ id, unread: 1 });
  expect([mine.waiting(), foreign.waiting()]).toEqual([[], []]);
  for (const stream of [mine, foreign]) stream.close();
});

test('without hints the database is looked at by itself', async () => {
  const { id } = await start();
  const stream = steering.follow('subscription ($t: ID!) { postAdded(threadId: $t) { body { text } } }', { t: id });
  // As another process writes whose hint is lost.
  const insert = (position: number) =>
    owner.query(
      `WITH t AS (UPDATE discussions.thread SET post_count = $3::int WHERE id = $2)
       INSERT INTO discussions.post (id, thread_id, position, text, original_locale, mention_seat_ids, created_at) VALUES ($1, $2, $3::int, $4, 'en', '{}', now())`,
      [`post:quiet-${position}`, id, position, `quiet ${position}`],
    );
  const found: string[] = [];
  for (let n = 1; n < 20 && found.length === 0; n += 1) {
    await insert(n);
    const event = await stream.next(2_500).catch(() => undefined);
    if (event) found.push(event.data.postAdded.body.text);
  }
  expect(found[0]).toMatch(/^quiet /);
  stream.close();
});

test('a decision is followed from as it is; foreign threads and decisions are not there', async () => {
  const opened = await send(
    coordinator,
    'openDecision',
    'OpenDecisionInput',
    {
      networkIds: [af],
      subject: { typename: 'Network', id: af },
      title: [{ locale: 'en', text: 'Q' }],
      contentHash: 'a'.repeat(64),
      method: 'MAJORITY',
      quorum: 2,
    },
    'decision { id }',
  );
  const { id } = opened.decision;
  const query = 'subscription ($id: ID!) { decisionChanged(id: $id) { status version tally { responded } } }';
  const stream = rep.follow(query, { id });
  const next = async () => (await stream.next()).data.decisionChanged;
  expect(await next()).toMatchObject({ status: 'DRAFT', version: 1 });
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  await send(
    coordinator,
    'startDecisionRound',
    'StartDecisionRoundInput',
    { decisionId: id, expectedVersion: 1, closesAt, shortReason: 'In the meeting' },
    'decision { id }',
  );
  expect(await next()).toMatchObject({ status: 'CONSENT_ROUND', tally: [{ responded: 0 }] });
  await send(
    steering,
    'takePosition',
    'TakePositionInput',
    { decisionId: id, contentHash: 'a'.repeat(64), position: 'YES' },
    'decision { id }',
  );
  expect(await next()).toMatchObject({ tally: [{ responded: 1 }] });
  stream.close();
  const thread = await start();
  const refused = async (text: string) => {
    const following = americas.follow(text);
    return Promise.race([following.next().then((answer) => answer.errors), following.ended]);
  };
  for (const text of [
    `subscription { decisionChanged(id: "${id}") { id } }`,
    `subscription { postAdded(threadId: "${thread.id}") { id } }`,
    `subscription { postChanged(threadId: "${thread.id}") { cursor } }`,
    'subscription { postAdded(threadId: "thread:none") { id } }',
  ])
    expect(JSON.stringify(await refused(text))).toContain('NOT_FOUND');
});

test('a file goes in by parts and comes out through the gateway, to who may read the thread now', async () => {
  const { id } = await start();
  const bytes = await png();
  const { upload } = await send(
    rep,
    'startUpload',
    'StartUploadInput',
    { threadId: id, name: 'año.png', bytes: bytes.length, textAlternative: 'Red' },
    'upload { id }',
  );
  await send(
    rep,
    'uploadPart',
    'UploadPartInput',
    { uploadId: upload.id, number: 0, content: bytes.toString('base64') },
    'upload { id }',
  );
  const { attachment } = await send(
    rep,
    'finishUpload',
    'FinishUploadInput',
    { uploadId: upload.id },
    'attachment { id url bytes }',
  );
  const fetchAs = (member: Member | undefined) =>
    fetch(`${world.url}${attachment.url}`, { headers: member ? { authorization: `Bearer ${member.token}` } : {} });
  expect((await fetchAs(coordinator)).status).toBe(404);
  const postId = await write(rep, id, '', { attachmentIds: [attachment.id] });
  const got = await fetchAs(coordinator);
  expect([got.status, got.headers.get('content-type'), got.headers.get('content-disposition')]).toEqual([
    200,
    'image/png',
    `attachment; filename="ano.png"; filename*=UTF-8''a%C3%B1o.png`,
  ]);
  expect((await got.arrayBuffer()).byteLength).toBe(attachment.bytes);
  expect([(await fetchAs(americas)).status, (await fetchAs(undefined)).status]).toEqual([404, 401]);
  await rep.ask(`mutation { deletePost(id: "${postId}") { post { id } } }`);
  expect((await fetchAs(coordinator)).status).toBe(404);
});

test('a lost role ends what is followed, and nothing more comes', async () => {
  const { id } = await start();
  const stream = rep.follow('subscription ($t: ID!) { postAdded(threadId: $t) { body { text } } }', { t: id });
  const inbox = rep.follow('subscription { inboxChanged { id } }');
  // Each is open once it has heard of a post: a role that is gone before that leaves nothing to be followed.
  for (const opening = new Set([stream, inbox]); opening.size > 0; ) {
    await write(steering, id, 'while it is read');
    for (const following of opening) if (await following.next(300).catch(() => undefined)) opening.delete(following);
  }
  const { data } = await coordinator.ask(
    `mutation { revokeRole(seatId: "seat:s09", role: MEMBER_REP, networkId: "${af}") { problems { __typename } } }`,
  );
  expect(data.revokeRole.problems).toEqual([]);
  for (const following of [stream, inbox]) {
    let last = await following.next();
    while (!last.errors) last = await following.next();
    expect(last.errors[0]?.extensions.code).toBe('RIGHTS_CHANGED');
  }
  const again = rep.follow('subscription ($t: ID!) { postAdded(threadId: $t) { body { text } } }', { t: id });
  const refused = await Promise.race([again.next().then(({ errors }) => errors), again.ended]);
  expect(JSON.stringify(refused)).toContain('NOT_FOUND');
});
