import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createLog } from '../../kit/log.ts';
import { startWorld, type World } from '../world.ts';

describe('words', () => {
  let world: World;
  let owner: pg.Client;
  /** All that the process writes to its log. */
  let written = '';
  const take = (...parts: unknown[]) => {
    written += parts.join(' ');
    return true;
  };
  beforeAll(async () => {
    jest.spyOn(process.stderr, 'write').mockImplementation(take);
    jest.spyOn(console, 'error').mockImplementation(take);
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
    createLog('test').error('the log is read here');
    expect(written).toContain('the log is read here');
  });
  afterAll(async () => {
    await owner.end();
    await world.stop();
    jest.restoreAllMocks();
  });

  /** Every text of the discussions database. */
  const kept = async () =>
    JSON.stringify([
      (
        await owner.query(
          'SELECT t.*, p.* FROM discussions.thread t LEFT JOIN discussions.post p ON p.thread_id = t.id',
        )
      ).rows,
      (await owner.query('SELECT * FROM discussions.mutation')).rows,
      (await owner.query('SELECT data FROM feed.event')).rows,
    ]);

  const startThread = `mutation ($i: StartThreadInput!) { startThread(input: $i) {
  thread { id posts { edges { node { id body { text } mentions { id } } } } } problems { ... on UserError { message path } } } }`;
  const input = (more: object = {}) => ({
    ...{ clientMutationId: `w${Math.random()}`, networkIds: ['net:africa'], locale: 'en', visibility: 'NETWORK' },
    ...{ anchor: { typename: 'Network', id: 'net:africa' }, body: 'canary-name of a witness', ...more },
  });

  test('a deleted post leaves no word of it, in no table', async () => {
    const member = await world.people.as('africa-rep');
    const { data } = await member.ask(startThread, { i: input() });
    const [{ node }] = data.startThread.thread.posts.edges;
    expect(await kept()).toContain('canary-name');
    await member.ask(`mutation { deletePost(id: "${node.id}") { post { id } } }`);
    expect(await kept()).not.toContain('canary-name');
    const again = await member.ask(
      `{ thread(id: "${data.startThread.thread.id}") { posts { edges { node { body { text } mentions { id } } } } } }`,
    );
    expect(again.data.thread.posts.edges).toEqual([{ node: { body: { text: '' }, mentions: [] } }]);
  });

  test('a group’s thread is of the group’s network alone: no second network can seat its own people among its readers', async () => {
    await owner.query(
      `INSERT INTO members.role_assignment (id, seat_id, role, network_id, body_id)
     VALUES ('role:both', 'seat:un-liaison', 'MEMBER_REP', 'net:americas', 'body:am-5')`,
    );
    await owner.query("UPDATE members.seat SET organisation_id = 'org:s01' WHERE id = 'seat:un-liaison'");
    await owner.query('UPDATE members.rights SET version = version + 1');
    const networkIds = ['net:americas', 'net:africa'];
    const anchor = { typename: 'Body', id: 'body:am-5' };
    const { data } = await (await world.people.as('un-liaison')).ask(startThread, {
      i: input({ networkIds, anchor, visibility: 'GROUP' }),
    });
    expect(data.startThread).toEqual({
      thread: null,
      problems: [{ message: 'networkIds: a group is of one network.', path: ['input', 'networkIds'] }],
    });
  });

  describe('what a client sends that cannot be', () => {
    const secret = 'canary-person';
    afterEach(() => {
      expect(written).not.toContain(secret);
    });

    test.each<[string, string, Record<string, unknown>]>([
      ['an id', '{ organisation(id: "canary-person\\u0000") { id } }', {}],
      ['a slug', 'query ($v: String) { network(slug: $v) { id } }', { v: `${secret}\u0000` }],
      ['a search', 'query ($v: String) { organisations(text: $v) { totalCount } }', { v: `${secret}\u0000` }],
      [
        'a filter',
        'query ($v: [ID!]) { networkUpdates(filter: { networks: $v }) { edges { cursor } } }',
        { v: [`${secret}\u0000`] },
      ],
      ['an integer', 'query ($v: Int) { inbox(first: $v) { edges { cursor } } }', { v: secret }],
      ['a locale', startThread, { i: input({ locale: secret }) }],
      ['a field', startThread, { i: input({ [secret]: 1 }) }],
    ])('%s is refused as such, over HTTP and socket, and not written to the log', async (_what, query, variables) => {
      const member = await world.people.as('africa-rep');
      const { errors } = await member.ask(query, variables);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect((await member.follow(query, variables).next()).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });

    test('a token, a seat and a body are not written to the log', async () => {
      const post = (headers: Record<string, string>, body: string) =>
        fetch(`${world.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
      const { token } = await world.people.as('africa-rep');
      expect((await post({ authorization: `Bearer ${secret}.${secret}.x` }, '{}')).status).toBe(401);
      expect((await post({ authorization: `Bearer ${token}`, 'x-net4u-seat': secret }, '{}')).status).toBe(401);
      expect((await post({ authorization: `Bearer ${token}` }, `{"query": "${secret}`)).status).toBe(400);
      expect(written).not.toContain(token);
    });
  });
});
