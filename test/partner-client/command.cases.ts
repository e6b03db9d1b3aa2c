import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashPartnerKey, makePartnerKey } from '../../kit/secrets.ts';
import { startClock } from '../clock.ts';
import { compilePlatform } from '../compiled.ts';
import { root, until } from '../processes.ts';
import { type Stage, subjectsOf } from './stage.ts';

interface Ran {
  code: number | null;
  out: string;
  said: string;
}

const linesOf = (out: string) =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** Where nobody listens: below 1,024, and known for nothing. A free port could be somebody's by the time that it is asked. */
const nobodys = 'http://127.0.0.1:2';

export const commandCases = (stage: Stage) =>
  describe('the command', () => {
    let program: string;
    let folder: string;
    let way: string[];
    beforeAll(async () => {
      program = join(await compilePlatform(root), 'partner-client/updates.js');
      folder = await mkdtemp(join(tmpdir(), 'net4u-command-'));
      await writeFile(join(folder, 'key'), `${stage.door.key}\n`);
      way = ['--url', stage.door.url, '--key-file', join(folder, 'key')];
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** @param during is given the process, and what it has printed so far */
    async function run(
      args: string[],
      during?: (child: ReturnType<typeof spawn>, has: { out(): string }) => Promise<unknown>,
    ): Promise<Ran> {
      const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      const ran: Ran = { code: null, out: '', said: '' };
      child.stdout.setEncoding('utf8').on('data', (text) => {
        ran.out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        ran.said += text;
      });
      const closed = once(child, 'close');
      await during?.(child, { out: () => ran.out });
      [ran.code] = await closed;
      return ran;
    }

    test('prints what is after a cursor as CloudEvents, one a line, with the cursor to go on after', async () => {
      const after = await stage.newest();
      await stage.write(120);
      await stage.write(2, 'net:africa');
      const log = await stage.log(after);
      const [all, some] = await Promise.all([
        run([...way, '--after', after]),
        run([...way, '--after', after, '--network', 'net4u-africa', '--type', 'PLAN_CREATED']),
      ]);
      const lines = linesOf(all.out);
      expect(all).toMatchObject({ code: 0, said: expect.stringMatching(/^122 updates; go on with --after \S+\n$/) });
      expect(lines.map(({ cursor: _ours, ...event }) => event)).toEqual(log.map(({ cloudEvent }) => cloudEvent));
      expect(linesOf(some.out).map(({ subject }) => subject)).toEqual(
        subjectsOf(log.filter(({ networkId }) => networkId === 'net:africa')),
      );
      for (const event of lines) {
        expect(Object.keys(event).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
        expect(event).toMatchObject({ specversion: '1.0', id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) });
        expect(event.partitionkey).toBe(event.networkid);
        expect(new Date(event.time).toISOString()).toBe(event.time);
      }
      const rest = await run([...way, '--after', lines[119].cursor]);
      expect(linesOf(rest.out)).toEqual(lines.slice(120));
      expect(await stage.log(/--after (\S+)/.exec(rest.said)?.[1] ?? '')).toEqual([]);
    });

    test('says by its exit code what went wrong', async () => {
      const expired = makePartnerKey('local', 'late');
      await stage.owner.query(
        `INSERT INTO networks.partner_token (id, partner_id, key_sha256, label, expires_at)
         VALUES ('token:late', 'partner:sample', $1, 'late', now() - interval '1 minute')`,
        [hashPartnerKey(expired)],
      );
      const nobody = ['--key', 'n4u_local_none_none', '--url', stage.door.url];
      const nowhere = ['--key', 'x', '--url', nobodys, '--wait', '0'];
      const tries: [number, RegExp, string[]][] = [
        [2, /^Say whose key/, []],
        [2, /none is none of net4u-a/, [...way, '--network', 'none']],
        [2, /^--after: .* empty/, [...way, '--after', '', '--follow']],
        [2, /^ADDRESS_INVALID: localhost:4000 is no/, ['--key', 'x', '--url', 'localhost:4000', '--follow']],
        [3, /^UNAUTHENTICATED: /, ['--key', expired, '--url', stage.door.url]],
        [2, /^BAD_USER_INPUT: .*NOTHING/, [...way, '--type', 'NOTHING']],
        [3, /^UNAUTHENTICATED: /, [...nobody, '--follow']],
        [4, /^CURSOR_INVALID: /, [...way, '--after', 'abc']],
        [4, /^CURSOR_INVALID: /, [...way, '--after', '-bc']], // as one cursor of 64 begins
        [2, /after.*argument/, [...way, '--after', '--follow']],
        [5, /^DISCONNECTED: .*ECONNREFUSED/, [...nowhere, '--follow']],
      ];
      const ran = await Promise.all(tries.map(([, , args]) => run(args)));
      expect(ran.map(({ code, said }, i) => [code, tries[i]?.[1].test(said) || said])).toEqual(
        tries.map(([code]) => [code, true]),
      );
      // one line each, but for what was tried again
      expect(ran.map(({ said }) => said.trimEnd().split('\n').length)).toEqual(tries.map(() => 1));
    });

    test('follows until it is interrupted, and ends after a whole line', async () => {
      const after = await stage.newest();
      const subjects = [await stage.say()];
      const ran = await run([...way, '--after', after, '--follow'], async (child, { out }) => {
        await until(() => linesOf(out()).length === 1);
        subjects.push(await stage.say());
        await until(() => linesOf(out()).length === 2);
        child.kill('SIGINT');
      });
      const lines = linesOf(ran.out);
      expect(lines.map(({ subject }) => subject)).toEqual(subjects);
      expect(ran.code).toBe(130);
      expect(ran.said).toContain(`2 updates; go on with --after ${lines[1].cursor}`);
    });

    test('waits for the platform as long as it is to, also before it follows', async () => {
      const nowhere = ['--key', 'x', '--url', nobodys];
      const ran = await run([...nowhere, '--follow', '--network', 'any'], async (child) => {
        await once(child.stderr as NodeJS.ReadableStream, 'data');
        child.kill('SIGINT');
      });
      expect(ran).toMatchObject({
        code: 130,
        out: '',
        said: expect.stringMatching(/^DISCONNECTED: .*; again in \d+ ms\n$/),
      });
    });

    test('ends in peace when nobody reads on', async () => {
      const after = await stage.newest();
      await stage.write(2_000);
      const ran = await run([...way, '--after', after], async (child) => {
        await once(child.stdout as NodeJS.ReadableStream, 'data');
        child.stdout?.destroy();
      });
      expect(ran.code).toBe(0);
      // nobody knows what of it was read
      expect(ran.said).toBe(
        'nobody reads on; go on with --after and the cursor of the last whole line that was read\n',
      );
      expect(linesOf(ran.out.slice(0, ran.out.lastIndexOf('\n') + 1)).length).toBeLessThan(2_000);
    });

    test('is interrupted also when its reader has stopped reading', async () => {
      const after = await stage.newest();
      await stage.write(1_500);
      let said = '';
      // One that was given too little time to fill what there is to fill has nobody to wait for: once more, with more of it.
      for (let time = 300; said === '' || /^\d+ updates;/.test(said); time *= 2) {
        said = '';
        const child = spawn(process.execPath, [program, ...way, '--after', after], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        child.stderr.setEncoding('utf8').on('data', (text) => {
          said += text;
        });
        await once(child.stdout, 'readable');
        const ended = once(child, 'exit');
        await new Promise((resolve) => setTimeout(resolve, time));
        const passed = startClock();
        child.kill('SIGINT');
        const late = new Promise((resolve) => setTimeout(resolve, 60_000, ['still there']).unref());
        expect(await Promise.race([ended, late])).toEqual([130, null]);
        expect(passed()).toBeLessThan(8_000);
        child.stdout.destroy();
        if (!child.stderr.closed) await once(child.stderr, 'close');
      }
      expect(said).toMatch(/^the reader has stopped reading; go on with --after/);
    });

    test('stands alone: copied out with its README, its types hold and it runs', async () => {
      const copy = join(folder, 'partner-client');
      await cp(join(root, 'partner-client'), copy, {
        recursive: true,
        filter: (path) => !/node_modules$/.test(path),
      });
      await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
      const start = (file: string, ...args: string[]) =>
        new Promise<string>((resolve, reject) =>
          execFile(file, args, { cwd: copy }, (error, out, said) =>
            error ? reject(new Error(out + said)) : resolve(out),
          ),
        );
      const [types, out] = await Promise.all([
        start('node_modules/.bin/tsc', '--noEmit'),
        start(process.execPath, '--import', 'tsx', 'updates.ts', ...way, '--network', 'net:africa'),
      ]);
      expect(types).toBe('');
      expect(linesOf(out).length).toBeGreaterThan(0);
      const [own, ours] = (
        await Promise.all([copy, root].map((from) => readFile(join(from, 'package.json'), 'utf8')))
      ).map((text) => {
        const { dependencies, devDependencies } = JSON.parse(text);
        return { ...dependencies, ...devDependencies };
      });
      expect(ours).toMatchObject(own);
    });
  });
