import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runVerification, tellKept } from '../../kit/audit/command.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { followHeads } from '../../subgraphs/members/audit-peers.ts';
import { createMember } from '../people.ts';
import { until } from '../processes.ts';
import type { Region, Regions } from './region.ts';

/** An act in Africa's log. */
async function act(africa: Region, role: string): Promise<void> {
  const { data } = await (await africa.as('steering-member')).ask(
    'mutation ($input: AssignRoleInput!) { assignRole(input: $input) { problems { ... on UserError { message } } } }',
    { input: { clientMutationId: `heads-${role}`, seatId: 'seat:s12', networkId: 'net:africa', role } },
  );
  expect(data.assignRole.problems).toEqual([]);
}

/** What an insider with the owner's login does: an entry says something else, and all hashes after it fit. */
const rewrite = (africa: Region) =>
  africa.rows(`
    DO $$ DECLARE row audit.entry; before text := repeat('0', 64); BEGIN
      UPDATE audit.entry SET detail = 'OBSERVER' WHERE network_id = 'net:africa' AND position = 1;
      FOR row IN SELECT * FROM audit.entry WHERE network_id = 'net:africa' ORDER BY position LOOP
        row.previous_hash := before;
        before := audit.digest(ARRAY[before, row.network_id, row.position::text, row.id,
          to_char(row.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), row.login, row.actor_kind, row.actor_seat_id,
          row.actor_person_id, row.action, row.target_type, row.target_id, row.detail, row.reason_hash]);
        UPDATE audit.entry SET previous_hash = row.previous_hash, hash = before
          WHERE network_id = row.network_id AND position = row.position;
      END LOOP;
      UPDATE audit.chain SET hash = before WHERE network_id = 'net:africa';
    END $$`);

export function describeHeads(regions: () => Regions): void {
  test('a region keeps where the other’s audit log stood, and notices when all of it was rewritten', async () => {
    const { americas, africa } = regions();
    await act(africa, 'MEMBER_EDITOR');
    const { DATABASE_URL: url = '', GATEWAY_SECRET: secret = '' } = americas.settings;
    const alarms: string[] = [];
    const database = await openDatabase({
      ...{ url, secret, subgraph: 'members', hints: createProcessHints(), entities: [], migrations: [] },
    });
    const readKey = () => readFile(join(americas.dataDir, 'links', 'africa'), 'utf8');
    // As members does in its process, which asks seldom.
    const following = followHeads({
      ...{ database, everyMs: 100, links: [{ region: 'africa', url: africa.url, readKey }] },
      log: createLog('heads', 'error', (line) => alarms.push(line)),
    });
    const kept = async () => (await americas.rows(`SELECT * FROM audit.peer_head WHERE network_id = 'net:africa'`))[0];
    const stands = async () =>
      (await africa.rows(`SELECT position, hash FROM audit.chain WHERE network_id = 'net:africa'`))[0]!;
    const isKept = async () => (await kept())?.hash === (await stands()).hash;
    await until(isKept);
    await act(africa, 'COORDINATOR');
    await until(isKept);
    expect([(await kept())?.disputed_at, alarms]).toEqual([null, []]);
    const told: string[] = [];
    await tellKept(url, 'africa', (line) => told.push(line));

    const before = await stands();
    await rewrite(africa);
    await act(africa, 'OBSERVER'); // and it goes on, as if nothing had been
    await until(async () => (await kept())?.disputed_at !== null);
    await following.stop();
    await following.stop(); // safe to call twice
    await database.stop();
    expect(await kept()).toMatchObject({ region: 'africa', ...before }); // the evidence stays
    expect(JSON.parse(alarms[0]!)).toMatchObject({ peer: 'africa', network: 'net:africa', hash: before.hash });

    // By itself Africa's log is whole; by what the other region kept of it, it is not.
    const africaUrl = africa.settings.DATABASE_URL!;
    await runVerification(africaUrl, '', () => {});
    await expect(runVerification(africaUrl, told.join('\n'), () => {})).rejects.toThrow('REWRITTEN');
  });

  test('where the log stands is told to a link’s key alone, of its networks', async () => {
    const { americas, africa } = regions();
    const query =
      '{ auditHeads(known: [{ networkId: "net:asia", position: 1 }]) { heads { networkId } known { hash } } }';
    const refused = await (await africa.as('operator')).ask(query);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const key = await readFile(join(americas.dataDir, 'links', 'africa'), 'utf8');
    const { heads, known } = (await createMember(africa.url, key.trim()).ask(query)).data.auditHeads;
    for (const { networkId } of heads) expect(['net:africa', 'net:americas']).toContain(networkId);
    expect([heads.length > 0, known]).toEqual([true, []]);
  });
}
