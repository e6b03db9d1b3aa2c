import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { createSystemActor } from '../../kit/context.ts';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { createMailer, type Mailer } from '../../subgraphs/members/mail/mailer.ts';
import { start } from '../../subgraphs/members/server.ts';
import { freshDatabase } from '../database.ts';
import { catchMail, type Mail, type MailCatcher } from '../mail-catcher.ts';
import { Processes } from '../processes.ts';
import { records } from './world.ts';

const secret = 'gateway-0123456789-abcdefghijklmnop';
const cursorSecret = 'cursors-0123456789-abcdefghijklmnop';
const from = 'notices@example.org';
const publicUrl = 'https://net4u.example';
const people = ['03', '07', '08', '09', '10', '11', '12'];
const addressOf = (person: string) => `${person}@example.org`;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let owner: pg.Client;
let processes: Processes;
let catcher: MailCatcher;
let members: Database;
let mailer: Mailer;
/** What the mailer's clock shows. */
let now: Date;
/** What it has said of its rounds. */
const lines: object[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  [catcher, processes] = [await catchMail(), await Processes.open()];
  const shared = { secret, cursorSecret, region: 'test', regionNumber: 1, log: createLog('members', 'error') };
  const prepared = await start({
    ...shared,
    database: { url: database.url, secret, hints: createProcessHints() },
    load: { system: createSystemActor(), records, refuseSamples: false },
  });
  await prepared.stop();
  const hints = createProcessHints();
  const none = { entities: [], migrations: [] };
  members = await openDatabase({ url: database.url, secret, subgraph: 'members', hints, ...none });
  const log = createLog('members', 'info', (line) => {
    const { at, level, source, message, ...counts } = JSON.parse(line);
    if (message === 'mail') lines.push(counts);
  });
  const mail = { smtpUrl: catcher.url, from, publicUrl };
  mailer = createMailer({ database: members, hints, log, mail, now: () => now, everyMs: 0 });
  owner = new pg.Client(database.url);
  await owner.connect();
  // Each has an address since yesterday, a digest that is due, and two notices in it.
  await owner.query(
    `INSERT INTO members.mail_address (person_id, address, confirmed_at, mailed_since)
     SELECT 'person:p' || n, n || '@example.org', now() - interval '1 day', now() - interval '1 day' FROM unnest($1::text[]) n`,
    [people],
  );
  await owner.query(
    `INSERT INTO members.notification_setting (person_id, digest, digest_hour_local, time_zone, include_content, mentions_immediate, version)
     SELECT 'person:p' || n, 'DAILY', 7, 'UTC', false, false, 1 FROM unnest($1::text[]) n`,
    [people],
  );
  await owner.query(
    `INSERT INTO notices.notice (id, source, key, kind, target_type, target_id, about_id, network_ids, visibility, body_ids, to_seat_ids, to_roles,
       titles, source_locale, at)
     SELECT 'notice:' || n || t, 'discussions', n || t, 'MENTION', 'Post', 'post:' || t, 'thread:1', '{net:africa}', 'PUBLIC', '{}',
       ARRAY['seat:s' || n], '{}', jsonb_build_object('en', 'Thread ' || t), 'en', now() - interval '1 hour'
     FROM unnest($1::text[]) n, unnest('{first,second}'::text[]) t`,
    [people],
  );
});
afterAll(async () => {
  await mailer?.stop();
  await members?.stop();
  await processes?.close();
  await catcher?.stop();
  await owner?.end();
  await database?.drop();
});

test('a process killed in the middle of a digest round has mailed to nobody twice but to the one it was mailing to; another mails to the others', async () => {
  const killed = processes.startCompiled(['members'], {
    ...{ DATABASE_URL: database.url, GATEWAY_SECRET: secret, CURSOR_SECRET: cursorSecret, PORT: '0' },
    ...{ SMTP_URL: catcher.url, MAIL_FROM: from, PUBLIC_URL: publicUrl, DATA_DIR: processes.folder },
  });
  // The server has the third mail, and cannot say so any more.
  catcher.onTaken = () => catcher.mails.length === 3 && killed.signal('SIGKILL');
  await killed.ended();
  delete catcher.onTaken;
  const to = (person: string): Mail[] => catcher.mails.filter((mail) => mail.to === addressOf(person));
  const counts = () => people.map((person) => to(person).length);
  expect(counts()).toEqual([1, 1, 1, 0, 0, 0, 0]);

  now = new Date();
  await mailer.round();
  expect(counts()).toEqual([1, 1, 1, 1, 1, 1, 1]);
  // Whoever was mailing to the third may still be: until some minutes are over.
  now = new Date(now.getTime() + 6 * 60_000);
  await mailer.round();
  await mailer.round();
  expect(counts()).toEqual([1, 1, 2, 1, 1, 1, 1]);
  const [once, again] = to('08').map(({ headers, text, html }) => [headers['message-id'], headers.subject, text, html]);
  expect(again).toEqual(once);
  expect(new Set(catcher.mails.map(({ headers }) => headers['message-id'])).size).toBe(people.length);
  for (const { text } of catcher.mails) expect(text).toMatch(/Thread first\n.*Thread second\n/s);
  expect(lines.splice(0)).toEqual([4, 1].map((sent) => ({ sent, failed: 0, givenUp: 0, waiting: 0 })));
});

test('the log counts what each round came to', async () => {
  const said = async (at: number) => {
    now = new Date(at);
    await mailer.round();
    return lines.splice(0);
  };
  const counts = { sent: 0, failed: 0, givenUp: 0, waiting: 0 };
  const [minute, day] = [60_000, 86_400_000];
  // Noon, two days on: at seven a digest is due for everybody, who would then wait, too, for the server that takes nothing.
  const begin = (Math.floor(Date.now() / day) + 2.5) * day;
  await owner.query(`UPDATE notices.notice SET id = 'notice:late', at = $1 WHERE id = 'notice:03first'`, [
    new Date(begin - day),
  ]);
  // A code that nobody could mail in its hour.
  await owner.query(
    `UPDATE members.mail_address SET pending = 'new@example.org', code = 'AAAAAAAA', confirm_before = now() WHERE person_id = 'person:p07'`,
  );
  catcher.refuse.recipient = '451 later';
  expect(await said(begin)).toEqual([{ ...counts, failed: 1, givenUp: 1, waiting: 1 }]);
  expect(await said(begin + 0.5 * minute)).toEqual([]); // as before
  delete catcher.refuse.recipient;
  catcher.refuse.connection = '421 too busy';
  expect(await said(begin + 3 * minute)).toEqual([{ ...counts, failed: 1, waiting: 1 }]);
  delete catcher.refuse.connection;
  // What is refused until it is too old to be mailed is given up at the last try.
  catcher.refuse.recipient = '451 later';
  expect(await said(begin + 39 * day - minute)).toEqual([{ ...counts, failed: 1, givenUp: 1, waiting: 1 }]);
  delete catcher.refuse.recipient;
  expect(await said(begin + 40 * day)).toEqual([counts]);
  expect(catcher.mails.filter(({ to }) => to === addressOf('03'))).toHaveLength(1);
});
