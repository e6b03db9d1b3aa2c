import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { freshDatabase } from '../database.ts';
import { Processes, type Started, until } from '../processes.ts';
import { type Stage, subjectsOf } from './stage.ts';

export const mirrorCases = (stage: Stage) =>
  describe('the mirror', () => {
    let database: Awaited<ReturnType<typeof freshDatabase>>;
    let processes: Processes;
    let tables: pg.Client;
    let other: pg.Client;
    beforeAll(async () => {
      processes = await Processes.open();
      database = await freshDatabase();
      [tables, other] = [new pg.Client(database.url), new pg.Client(database.url)];
      for (const client of [tables, other]) await client.connect();
      await writeFile(join(processes.folder, 'key'), stage.door.key);
    });
    afterAll(async () => {
      await processes?.close();
      for (const client of [tables, other]) await client?.end();
      await database?.drop();
    });

    const start = (): Started =>
      processes.startCompiled(
        ['--url', stage.door.url, '--key-file', join(processes.folder, 'key'), '--database', database.url],
        {},
        'partner-client/examples/mirror',
      );
    const read = async (sql: string) => (await tables.query(sql)).rows;
    const count = async () => Number((await read('SELECT count(*) FROM mirror.update'))[0].count);

    test('killed in the middle of handling, it has each effect once, in order, and nothing is missing', async () => {
      let mirror = start();
      await mirror.says(/events/);
      const [{ cursor }] = await read('SELECT cursor FROM mirror.checkpoint');
      expect((await read('SELECT slug FROM mirror.network ORDER BY slug')).map(({ slug }) => slug)).toEqual([
        'net4u-africa',
        'net4u-americas',
        'net4u-asia',
      ]);

      // What it does in its transaction stops half way, and there it dies.
      await other.query('BEGIN; LOCK TABLE mirror.heard IN EXCLUSIVE MODE');
      await stage.write(150);
      await stage.write(150, 'net:africa');
      await stage.say();
      const waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
      await until(async () => (await read(waits)).length === 1);
      mirror.signal('SIGKILL');
      await mirror.ended();
      await other.query('ROLLBACK');
      expect(await count()).toBe(0);

      mirror = start();
      await until(async () => (await count()) === 301);
      const log = await stage.log(cursor);
      const kept = await read('SELECT id, source, subject FROM mirror.update ORDER BY arrived');
      for (const source of ['/networks/net4u-americas', '/networks/net4u-africa'])
        expect(subjectsOf(kept.filter((row) => row.source === source) as never)).toEqual(
          subjectsOf(log.filter((update) => update.source === source)),
        );
      expect((await read('SELECT sum(updates) FROM mirror.heard'))[0].sum).toBe('301');
      mirror.signal('SIGTERM');
      expect(await mirror.ended()).toBe(0);
    });

    test('what is erased goes from the tables: told while it runs, and when it comes back', async () => {
      const rows = async (subject: string) =>
        (await tables.query('SELECT type FROM mirror.update WHERE subject = $1', [subject])).rows.map(
          ({ type }) => type,
        );
      const erase = async (subject: string) => {
        const officer = await stage.world.people.as('safety-officer');
        const input = {
          clientMutationId: subject,
          threadId: subject.slice('thread/'.length),
          reason: 'A name (sample)',
        };
        const query =
          'mutation ($input: RedactThreadInput!) { redactThread(input: $input) { problems { __typename } } }';
        expect((await officer.ask(query, { input })).data.redactThread.problems).toEqual([]);
      };
      const gone = 'org.net4u.tombstone.v1';
      let mirror = start();
      const [early, late] = [await stage.say('net:africa'), await stage.say('net:africa')];
      const other = await stage.say('net:africa');
      await until(async () => (await rows(other)).length === 1);
      await erase(early);
      await until(async () => (await rows(early)).includes(gone));
      expect(await rows(early)).toEqual([gone]);
      mirror.signal('SIGTERM');
      await mirror.ended();

      const unseen = await stage.say('net:africa');
      for (const subject of [late, unseen]) await erase(subject);
      mirror = start();
      await until(async () => (await rows(unseen)).length === 2);
      // of what it never saw, that it was said is told, and not what
      expect([await rows(late), await rows(unseen)]).toEqual([[gone], [gone, gone]]);
      expect(await rows(other)).toEqual(['org.net4u.thread.started.v1']);
      mirror.signal('SIGTERM');
      await mirror.ended();
    });

    test('two on the same tables do not both go on', async () => {
      const mirrors = [start(), start()];
      const isOneLeft = () => mirrors.some((mirror) => !mirror.isRunning());
      await until(async () => isOneLeft() || (await stage.say()) === '');
      const [late] = mirrors.filter((mirror) => !mirror.isRunning());
      expect(late?.output()).toContain('another mirror writes to these tables');
      expect(await late?.ended()).toBe(1);
      for (const mirror of mirrors) mirror.signal('SIGTERM');
    });
  });
