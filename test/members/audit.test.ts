import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { AuditedAct } from '../../kit/audit/append.ts';
import { digest, hashOf, type StoredEntry } from '../../kit/audit/hash.ts';
import { readChain } from '../../kit/audit/read.ts';
import { type Fault, verifyAudit } from '../../kit/audit/verify.ts';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { freshDatabase } from '../database.ts';
import { type MembersWorld, personas, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
  await world.sql(`SELECT audit.append('net:americas', '[{"id": "M1", "actor_kind": "SYSTEM", "action": "LINK_KEY_ISSUED",
    "target_type": "Partner", "target_id": "partner:link-x"}]')`);
});
afterAll(() => world.stop());

const ask = (query: string, who: string, variables = {}) => world.ask(who, query, variables);
const log =
  'query ($id: ID, $first: Int, $after: Cursor, $actions: [AuditAction!]) { auditLog(networkId: $id, first: $first, after: $after, actions: $actions) {' +
  ' edges { cursor node { id position action actorKind actorSeat { id } targetType targetId detail reason reasonErased network { id } previousHash hash } }' +
  ' pageInfo { hasNextPage endCursor } head { position hash } } }';
const read = async (who: string, id: string | null = 'net:africa', more = {}) => {
  const { data, errors } = await ask(log, who, { id, ...more });
  expect(errors).toBeUndefined();
  return data.auditLog;
};
const assign = (who: string, id: string, seatId: string, role: string, networkId = 'net:africa') =>
  ask(
    'mutation ($i: AssignRoleInput!) { assignRole(input: $i) { seat { id } problems { ... on UserError { message } } } }',
    who,
    {
      i: { clientMutationId: id, seatId, role, networkId },
    },
  );

describe('the log of a network', () => {
  test('says who gave which role to which seat, once, and what was refused is not in it', async () => {
    expect(await read('steering-member')).toMatchObject({ edges: [], head: null }); // what ships was done by nobody
    expect((await assign('steering-member', 'a1', 'seat:s09', 'MEMBER_EDITOR')).data.assignRole.problems).toEqual([]);
    await assign('steering-member', 'a1', 'seat:s09', 'MEMBER_EDITOR');
    await assign('africa-rep', 'a1', 'seat:s10', 'COORDINATOR');
    const { edges, head } = await read('steering-member', 'net:africa', { first: 1 });
    expect(head.position).toBe(1);
    expect(edges[0].node).toMatchObject({
      ...{ position: 1, action: 'ROLE_ASSIGNED', actorKind: 'SEAT', actorSeat: { id: 'seat:s10' } },
      ...{
        targetType: 'Seat',
        targetId: 'seat:s09',
        network: { id: 'net:africa' },
        hash: head.hash,
        reasonErased: false,
      },
    });
    expect(edges[0].node.detail).toContain('MEMBER_EDITOR');
  });

  test.each(personas.concat('partner'))('%s reads it only if it is his to read', async (who) => {
    const readers: Record<string, string[]> = {
      'net:africa': ['africa-coordinator', 'steering-member', 'safety-officer', 'operator'],
      'net:americas': ['americas-coordinator', 'operator'],
    };
    for (const [network, allowed] of Object.entries(readers)) {
      const { edges, head } = await read(who, network);
      expect(edges.length > 0).toBe(allowed.includes(who));
      expect(head === null).toBe(!allowed.includes(who));
    }
    expect((await read('operator', 'net:none')).edges).toEqual([]);
    expect((await read(who, null)).edges.length > 0).toBe(false); // nothing has happened outside networks
  });

  test('pages through all of it, the latest first, and one hash after the other', async () => {
    const all = (await read('operator', 'net:africa', { first: 100 })).edges;
    const seen = [];
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof read>> = await read('operator', 'net:africa', { first: 4, after });
      seen.push(...page.edges);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toEqual(all);
    expect(seen.map(({ node }) => node.position)).toEqual(seen.map((_, n) => seen.length - n));
    for (const [n, { node }] of seen.entries())
      expect(node.previousHash).toBe(seen[n + 1]?.node.hash ?? '0'.repeat(64));
    const only = await read('operator', 'net:africa', { actions: ['ROLE_REVOKED'] });
    expect(only.edges).toEqual([]);
    const foreign = (await ask('{ organisations(first: 1) { edges { cursor } } }', 'operator')).data.organisations;
    const { errors } = await ask(log, 'operator', { id: 'net:africa', after: foreign.edges[0].cursor });
    expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
  });

  test('a reason is for those whom it concerns; a safety officer takes it out, and the chain still holds', async () => {
    await world.sql(`SELECT audit.append('net:africa', '[{"id": "A1", "actor_kind": "SEAT", "actor_seat_id": "seat:s10",
      "action": "MEMBERSHIP_CHANGED", "target_type": "Membership", "target_id": "mem:x", "reason": "canary José"},
      {"id": "A2", "actor_kind": "SEAT", "actor_seat_id": "seat:sample-safety", "action": "SAFETY_LOCKED",
      "target_type": "Organisation", "target_id": "org:s09", "reason": "canary threat"}]')`);
    const reasons = async (who: string) => {
      const { edges } = await read(who, 'net:africa', { first: 100 });
      return ['A1', 'A2'].map((id) => edges.find((edge: { node: { id: string } }) => edge.node.id === id)?.node.reason);
    };
    expect(await reasons('steering-member')).toEqual(['canary José', null]);
    expect(await reasons('africa-coordinator')).toEqual(['canary José', null]);
    expect(await reasons('operator')).toEqual([null, null]);
    expect(await reasons('safety-officer')).toEqual(['canary José', 'canary threat']);

    const erase = (who: string, entryId: string, networkId = 'net:africa', clientMutationId = 'e1') =>
      ask(
        'mutation ($i: EraseAuditReasonInput!) { eraseAuditReason(input: $i) { entry { id reason reasonErased } problems { __typename } } }',
        who,
        { i: { clientMutationId, networkId, entryId } },
      );
    for (const who of ['steering-member', 'africa-coordinator', 'operator', 'partner'])
      expect((await erase(who, 'A1')).data.eraseAuditReason.problems[0].__typename).toBe('ForbiddenError');
    expect((await erase('safety-officer', 'A1', 'net:americas')).data.eraseAuditReason.entry).toBeNull();
    const done = { entry: { id: 'A1', reason: null, reasonErased: true }, problems: [] };
    expect((await erase('safety-officer', 'A1', 'net:africa', 'e2')).data.eraseAuditReason).toEqual(done);
    expect((await erase('safety-officer', 'A1', 'net:africa', 'e2')).data.eraseAuditReason).toEqual(done);
    expect((await erase('safety-officer', 'A1', 'net:africa', 'e3')).data.eraseAuditReason.entry).toBeNull();
    const rows = await world.sql("SELECT * FROM audit.entry WHERE network_id = 'net:africa'");
    expect(JSON.stringify(rows)).not.toContain('José');
    expect(rows.filter((row) => row.action === 'REASON_ERASED')).toHaveLength(1);
    expect((await verifyAudit(world.sql)).faults).toEqual([]);
  });

  test('a reason that is taken out is so where it was given, too', async () => {
    const asked = await ask(
      'mutation ($i: RequestDirectoryExportInput!) { requestDirectoryExport(input: $i) { export { id } } }',
      'africa-coordinator',
      { i: { clientMutationId: 'd1', networkId: 'net:africa', reason: 'canary for José' } },
    );
    const { id } = asked.data.requestDirectoryExport.export;
    await ask(
      'mutation ($i: ApproveDirectoryExportInput!) { approveDirectoryExport(input: $i) { export { id } } }',
      'steering-member',
      { i: { clientMutationId: 'd2', id } },
    );
    await ask('mutation ($i: FreezeSeatInput!) { freezeSeat(input: $i) { seat { id } } }', 'safety-officer', {
      i: { clientMutationId: 'd3', seatId: 'seat:s12', reason: 'canary with half a \ud83d character, José' },
    });
    const given = await world.sql("SELECT id, reason FROM audit.entry WHERE reason LIKE '%José' ORDER BY position");
    expect(given.map(({ reason }) => reason)).toEqual(['canary for José', 'canary with half a  character, José']);
    for (const { id: entryId } of given) {
      const i = { clientMutationId: `e-${entryId}`, networkId: 'net:africa', entryId };
      const query = 'mutation ($i: EraseAuditReasonInput!) { eraseAuditReason(input: $i) { problems { __typename } } }';
      expect((await ask(query, 'safety-officer', { i })).data.eraseAuditReason.problems).toEqual([]);
    }
    for (const table of ['audit.entry', 'members.directory_export', 'members.seat', 'members.organisation'])
      expect(JSON.stringify(await world.sql(`SELECT * FROM ${table}`))).not.toContain('José');
    await world.sql("UPDATE members.seat SET frozen_at = NULL WHERE id = 'seat:s12'");
    expect((await verifyAudit(world.sql)).faults).toEqual([]);
  });
});

describe('the chain', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let owner: pg.Client;
  let database: Database;
  const act = (n: number, networkIds = ['net:a', 'net:b']): AuditedAct => ({
    ...{ actor: { kind: 'SEAT', seatId: `seat:${n}`, personId: 'person:ñ' }, action: 'ROLE_ASSIGNED', networkIds },
    ...{
      target: { type: 'Seat', id: `seat:${n}` },
      detail: n % 2 ? 'COORDINATOR' : null,
      reason: n % 3 ? `por qué ${n} 🚀` : null,
    },
  });
  const sql = async (text: string, values: unknown[] = []) => (await owner.query(text, values)).rows;
  const write = (...acts: AuditedAct[]) =>
    database.transaction(async (tx) => {
      for (const one of acts) tx.audit(one);
    });
  /** The verdict over what `tamper` leaves; then all is as it was. */
  const afterTampering = async (tamper: string, expected = []): Promise<Fault[]> => {
    await sql('BEGIN');
    await sql(tamper);
    const { faults } = await verifyAudit(sql, expected);
    await sql('ROLLBACK');
    return faults;
  };

  beforeAll(async () => {
    fresh = await freshDatabase();
    const part = { entities: [], migrations: [], subgraph: 'discussions' as const };
    database = await openDatabase({ ...part, url: fresh.url, secret: 's'.repeat(32), hints: createProcessHints() });
    owner = new pg.Client(fresh.url);
    await owner.connect();
    // at the same time, networks named in both orders
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => write(act(n, n % 2 ? ['net:a', 'net:b'] : ['net:b', 'net:a']))),
    );
    await write(act(100), act(101, []));
  });
  afterAll(async () => {
    await database.stop();
    await owner.end();
    await fresh.drop();
  });

  test('has no hole and no fork, whoever wrote at the same time', async () => {
    const { faults, entries, heads } = await verifyAudit(sql);
    expect(faults).toEqual([]);
    expect(entries).toBe(27);
    expect(heads.map(({ networkId, position }) => [networkId, position])).toEqual([
      ['', 1],
      ['net:a', 13],
      ['net:b', 13],
    ]);
  });

  test('an act whose transaction is rolled back is not in it', async () => {
    const failing = database.transaction(async (tx) => {
      tx.audit(act(7));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await verifyAudit(sql)).entries).toBe(27);
  });

  test.each([
    "UPDATE audit.entry SET target_id = 'x'",
    'DELETE FROM audit.entry',
    'TRUNCATE audit.entry',
    'UPDATE audit.chain SET position = 1',
    "INSERT INTO audit.chain VALUES ('net:c', 5, 'x')",
    "SELECT audit.erase_reason('net:a', 'x')",
    'SELECT * FROM audit.entry',
  ])('a subgraph cannot: %s', async (statement) => {
    await expect(database.source.query(statement)).rejects.toThrow(/permission denied/);
  });

  const at = (position: number) => `WHERE network_id = 'net:a' AND position = ${position}`;
  test.each<[string, string, [number, Fault['kind']][]]>([
    ['a field changed', `UPDATE audit.entry SET target_id = 'seat:other' ${at(5)}`, [[5, 'CHANGED']]],
    ['an actor changed', `UPDATE audit.entry SET actor_seat_id = NULL ${at(5)}`, [[5, 'CHANGED']]],
    [
      'a time changed by a microsecond',
      `UPDATE audit.entry SET at = at + interval '1 microsecond' ${at(13)}`,
      [[13, 'CHANGED']],
    ],
    [
      'text moved over a border',
      `UPDATE audit.entry SET action = action || 'S', target_type = 'eat' ${at(2)}`,
      [[2, 'CHANGED']],
    ],
    ['another reason', `UPDATE audit.entry SET reason = 'x', reason_salt = 'y' ${at(4)}`, [[4, 'CHANGED']]],
    [
      'a reason put in',
      `UPDATE audit.entry SET reason = 'x' WHERE reason_hash IS NULL AND network_id = 'net:a' AND position =
        (SELECT min(position) FROM audit.entry WHERE reason_hash IS NULL AND network_id = 'net:a')`,
      [[-1, 'CHANGED']],
    ],
    ['a row deleted', `DELETE FROM audit.entry ${at(6)}`, [[6, 'DELETED']]],
    [
      'two rows deleted',
      "DELETE FROM audit.entry WHERE network_id = 'net:a' AND position IN (1, 2)",
      [
        [1, 'DELETED'],
        [2, 'DELETED'],
      ],
    ],
    [
      'two rows exchanged',
      `UPDATE audit.entry SET position = -1 ${at(3)}; UPDATE audit.entry SET position = 3 ${at(8)};
        UPDATE audit.entry SET position = 8 ${at(-1)}`,
      [
        [3, 'REORDERED'],
        [8, 'REORDERED'],
      ],
    ],
    ['the end cut off', "DELETE FROM audit.entry WHERE network_id = 'net:a' AND position > 10", [[11, 'CUT_OFF']]],
    ['all of it cut off', "DELETE FROM audit.entry WHERE network_id = 'net:a'", [[1, 'CUT_OFF']]],
    [
      'a row put behind the end',
      `INSERT INTO audit.entry SELECT network_id, 14, 'new', at, login, actor_kind, actor_seat_id,
        actor_person_id, action, target_type, target_id, detail, reason, reason_salt, reason_hash, hash, hash FROM audit.entry ${at(13)}`,
      [
        [14, 'CHANGED'],
        [14, 'INSERTED'],
      ],
    ],
    ['the head set back', "UPDATE audit.chain SET position = 12 WHERE network_id = 'net:a'", [[13, 'INSERTED']]],
  ])('%s: the row is named', async (_, tamper, wanted) => {
    const faults = await afterTampering(tamper);
    expect(faults.map(({ position, kind }) => [wanted[0]?.[0] === -1 ? -1 : position, kind])).toEqual(wanted);
    expect(new Set(faults.map(({ networkId }) => networkId))).toEqual(new Set(['net:a']));
    expect(await afterTampering('SELECT 1')).toEqual([]);
  });

  test('a row rewritten with its hash is named by its successor, a whole history rewritten by a head that was kept', async () => {
    const rows = await readChain(sql, 'net:a', 0, 100);
    const { heads } = await verifyAudit(sql);
    const put = ({ position, targetId, previousHash, hash }: StoredEntry) =>
      `UPDATE audit.entry SET target_id = '${targetId}', previous_hash = '${previousHash}', hash = '${hash}' ${at(position)};`;
    const forge = (row: StoredEntry, change: Partial<StoredEntry>) => {
      const forged = { ...row, ...change };
      return { ...forged, hash: hashOf(forged) };
    };
    const fifth = forge(rows[4] as StoredEntry, { targetId: 'seat:forged' });
    expect(await afterTampering(put(fifth))).toMatchObject([{ position: 5, kind: 'CHANGED', id: fifth.id }]);

    let last = fifth;
    let all = put(fifth);
    for (const row of rows.slice(5)) {
      last = forge(row, { previousHash: last.hash });
      all += put(last);
    }
    expect(await afterTampering(all)).toMatchObject([{ position: 13, kind: 'CHANGED' }]);
    all += `UPDATE audit.chain SET hash = '${last.hash}' WHERE network_id = 'net:a'`;
    expect(await afterTampering(all)).toEqual([]);
    expect(await afterTampering(all, heads as never)).toMatchObject([{ position: 13, kind: 'REWRITTEN' }]);
    const gone =
      "DELETE FROM audit.entry WHERE network_id = 'net:a'; DELETE FROM audit.chain WHERE network_id = 'net:a'";
    expect(await afterTampering(gone)).toEqual([]);
    expect(await afterTampering(gone, heads as never)).toMatchObject([{ networkId: 'net:a', kind: 'CUT_OFF' }]);
  });

  test('a reason that is gone without an entry that says so is told', async () => {
    const [row] = await sql(
      "SELECT id, position FROM audit.entry WHERE network_id = 'net:a' AND reason IS NOT NULL LIMIT 1",
    );
    const take = `SELECT audit.erase_reason('net:a', '${row.id}');`;
    const found = await afterTampering(take);
    expect(found).toMatchObject([{ position: Number(row.position), kind: 'REASON_GONE' }]);
    const said = `SELECT audit.append('net:a', '[{"id": "r1", "actor_kind": "SEAT", "action": "REASON_ERASED", "target_type": "AuditEntry", "target_id": "${row.id}"}]')`;
    expect(await afterTampering(take + said)).toEqual([]);
  });

  test('the command prints the heads, compares those it is given, and ends with 1 where something is wrong', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'net4u-audit-'));
    const run = (...rest: string[]) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', 'start.ts', 'verify-audit', ...rest], {
        env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: fresh.url },
      }).catch((error) => error as { stdout: string; stderr: string; code: number });
    const heads = await run();
    expect(heads.stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^installation 1 [0-9a-f]{64}$/),
      expect.stringMatching(/^net:a 13 [0-9a-f]{64}$/),
      expect.stringMatching(/^net:b 13 [0-9a-f]{64}$/),
    ]);
    await write(act(200, ['net:b']));
    await writeFile(join(folder, 'heads'), heads.stdout);
    expect(await run(join(folder, 'heads'))).not.toHaveProperty('code');
    await sql(`UPDATE audit.entry SET detail = 'x' ${at(3)}`);
    const bad = await run(join(folder, 'heads'));
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringMatching(/^net:a 3 \w{26}: CHANGED: /) });
    await rm(folder, { recursive: true });
  });
});

test('every list of fields has its own digest', () => {
  const lists = [[], [null], [''], ['a', 'b'], ['ab'], ['a', null, 'b'], ['1:a,'], ['a', ''], ['ñ'], ['n\u0303']];
  expect(new Set(lists.map(digest)).size).toBe(lists.length);
});
