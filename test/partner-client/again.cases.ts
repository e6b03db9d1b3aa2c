import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { freshDatabase } from '../database.ts';
import { Processes, until } from '../processes.ts';
import type { Stage } from './stage.ts';

export const againCases = (stage: Stage) =>
  describe('the mirror that is set back to an older cursor', () => {
    test('passes what it has had, each effect still once, and goes on', async () => {
      const [processes, database] = [await Processes.open(), await freshDatabase()];
      const tables = new pg.Client(database.url);
      try {
        await tables.connect();
        await writeFile(join(processes.folder, 'key'), stage.door.key);
        const way = ['--url', stage.door.url, '--key-file', join(processes.folder, 'key'), '--database', database.url];
        const start = () => processes.startCompiled(way, {}, 'partner-client/examples/mirror');
        const count = async () => Number((await tables.query('SELECT count(*) FROM mirror.update')).rows[0].count);
        const first = start();
        await first.says(/events/);
        await stage.write(3);
        await until(async () => (await count()) === 3);
        first.signal('SIGTERM');
        expect(await first.ended()).toBe(0);
        await tables.query('UPDATE mirror.checkpoint SET cursor = began');
        await stage.write(2);
        const second = start();
        await until(async () => (await count()) === 5 || !second.isRunning());
        expect([await count(), second.output().includes('duplicate')]).toEqual([5, false]);
        expect((await tables.query('SELECT sum(updates) FROM mirror.heard')).rows[0].sum).toBe('5');
        second.signal('SIGTERM');
        expect(await second.ended()).toBe(0);
      } finally {
        await processes.close();
        await tables.end();
        await database.drop();
      }
    });
  });
