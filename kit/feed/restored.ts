import { ulid } from 'ulid';
import { appendActs } from '../audit/append.ts';
import { withMigrationLock } from '../database/owner.ts';
import { ConfigurationError } from '../errors.ts';

/** Seconds since 2026: an epoch is not given twice, also when one backup is restored twice, and is no smaller than any that was given before. */
const moment = "extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00Z')::integer";

/**
 * What an operator does after a restore from backup, before the services are started again (start.ts): the installation begins another epoch, so that each
 * cursor that was given out in a history that the restore has undone is told, however far the log has come since.
 *
 * Services that run are not asked to follow: what they hold of the plans is ahead of the log that they would write to.
 * @throws ConfigurationError when the database cannot be used, holds no platform, or a service is connected to it
 */
export async function beginEpoch(url: string, say: (line: string) => void): Promise<void> {
  await withMigrationLock(url, async (owner) => {
    const query = async (sql: string, parameters: unknown[] = []) => (await owner.query(sql, parameters)).rows;
    const [known] = await query("SELECT to_regclass('feed.installation') IS NOT NULL AS yes");
    if (!known.yes)
      throw new ConfigurationError('DATABASE_URL: there is no platform in this database: restore it first.');
    const connected = await query(
      `SELECT DISTINCT application_name AS name FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'net4u %' ORDER BY 1`,
    );
    if (connected.length > 0) {
      const names = connected.map(({ name }) => name.slice('net4u '.length)).join(', ');
      throw new ConfigurationError(
        `DATABASE_URL: connected to this database: ${names}. Stop every service, restore, run this, then start them.`,
      );
    }
    await query('BEGIN');
    const [{ from }] = await query('SELECT epoch AS from FROM feed.installation FOR UPDATE');
    const [{ epoch }] = await query(
      `UPDATE feed.installation SET epoch = greatest(epoch + 1, ${moment}) RETURNING epoch`,
    );
    // a backup of before there was an audit log gets one at the next start
    const [audit] = await query("SELECT to_regprocedure('audit.append(text, jsonb)') IS NOT NULL AS yes");
    if (audit.yes) {
      const target = { type: 'Installation', id: String(epoch) };
      await appendActs(
        query,
        [{ actor: { kind: 'SYSTEM' }, action: 'DATABASE_RESTORED', target, networkIds: [] }],
        ulid,
      );
    }
    await query('COMMIT');
    const heads = await query(
      `SELECT s.network_id AS id, s.position, max(e.recorded_at) AS at FROM feed.stream s LEFT JOIN feed.event e USING (network_id)
       GROUP BY 1, 2 ORDER BY 1`,
    );
    for (const { id, position, at } of heads) say(`${id} stands at ${position}, of ${at?.toISOString() ?? 'no time'}`);
    say(`epoch ${epoch} has begun (it was ${from}): start the services`);
  });
}
