import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import pg from 'pg';
import { type Database, openDatabase } from '../../kit/database/open.ts';
import type { SubgraphName } from '../../kit/database/subgraphs.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { entities } from '../../subgraphs/discussions/entities/index.ts';
import { createMailer } from '../../subgraphs/members/mail/mailer.ts';
import { catchMail, type Mail, type MailCatcher } from '../mail-catcher.ts';
import type { Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';

export const af = 'net:africa';
export const plan = 'plan:joint-2027';
export const problems = 'problems { __typename ... on UserError { message path } }';

export interface Telling {
  world: World;
  catcher: MailCatcher;
  /** Databases of the world, under the logins of these subgraphs. */
  members: Database;
  plans: Database;
  discussions: Database;
  as(persona: string): Promise<Member>;
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the statements
  sql(text: string, values?: unknown[]): Promise<any[]>;
  /** What a persona reads. */
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the queries
  read(persona: string, query: string): Promise<any>;
  /** A mutation with an input: its payload, without problems unless they are asked for. */
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the mutations
  act(persona: string, name: string, type: string, input: object, fields?: string): Promise<any>;
  /** Gives a persona an address that is confirmed, and settings. */
  enrol(persona: string, address: string, settings: object): Promise<void>;
  /** One round of mailing in another process, whose clock shows this. @returns what was mailed to an address */
  mailAt(now: Date, to: string): Promise<Mail[]>;
  /** Notices of a persona, once there are so many. */
  notices(persona: string, count: number, fields?: string): Promise<{ unread: number; nodes: Told[] }>;
}

// biome-ignore lint/suspicious/noExplicitAny: as varied as the fields
export type Told = Record<string, any>;

/** A world whose mail is caught, for the tests of a file. */
export function startTelling(): Telling {
  const parts = {} as Pick<Telling, 'world' | 'catcher' | 'members' | 'plans' | 'discussions'> & { owner: pg.Client };
  let serial = 0;
  beforeAll(async () => {
    parts.catcher = await catchMail();
    parts.world = await startWorld({ SMTP_URL: parts.catcher.url, MAIL_FROM: 'NET4U <notices@example.org>' });
    const { databaseUrl: url, dataDir } = parts.world;
    parts.owner = new pg.Client(url);
    await parts.owner.connect();
    const secret = (await readFile(join(dataDir, 'dev/gateway-secret'), 'utf8')).trim();
    const open = (subgraph: SubgraphName, of: typeof entities = []) =>
      openDatabase({ ...{ url, secret, subgraph, hints: createProcessHints() }, entities: of, migrations: [] });
    parts.members = await open('members');
    parts.plans = await open('working-plans');
    parts.discussions = await open('discussions', entities);
  });
  afterAll(async () => {
    await parts.members?.stop();
    await parts.plans?.stop();
    await parts.discussions?.stop();
    await parts.owner?.end();
    await parts.world?.stop();
    await parts.catcher?.stop();
  });
  const telling: Telling = {
    get world() {
      return parts.world;
    },
    get catcher() {
      return parts.catcher;
    },
    get members() {
      return parts.members;
    },
    get plans() {
      return parts.plans;
    },
    get discussions() {
      return parts.discussions;
    },
    as: (persona) => parts.world.people.as(persona),
    sql: async (text, values = []) => (await parts.owner.query(text, values)).rows,
    async read(persona, query) {
      const { data, errors } = await (await telling.as(persona)).ask(query);
      expect(errors).toBeUndefined();
      return data;
    },
    async act(persona, name, type, input, fields = '__typename') {
      const query = `mutation ($input: ${type}!) { payload: ${name}(input: $input) { ${fields} ${problems} } }`;
      const full = { input: { clientMutationId: `told${++serial}`, ...input } };
      const { data, errors } = await (await telling.as(persona)).ask(query, full);
      expect(errors).toBeUndefined();
      if (!fields.includes('mailAddress')) expect([name, data.payload.problems]).toEqual([name, []]);
      return data.payload;
    },
    async enrol(persona, address, settings) {
      await telling.act(persona, 'setNotifications', 'SetNotificationsInput', { expectedVersion: 0, ...settings });
      await telling.act(persona, 'setMailAddress', 'SetMailAddressInput', { address });
      const [mail] = await parts.catcher.take(address);
      const [code] = /[A-Z2-9]{8}/.exec(mail!.text)!;
      const input = { code: code.toLowerCase() };
      await telling.act(persona, 'confirmMailAddress', 'ConfirmMailAddressInput', input);
    },
    async mailAt(now, to) {
      // What the platform's own mailer has just sent it notes a moment later: until then this one, by whose clock that lease is over, would send it again.
      const ownLease = "lease_until BETWEEN now() AND now() + interval '5 minutes'";
      while ((await telling.sql(`SELECT FROM members.mail_address WHERE ${ownLease}`)).length > 0) await delay(20);
      const mailer = createMailer({
        ...{ database: parts.members, hints: createProcessHints(), now: () => now, everyMs: 0 },
        log: createLog('mail', 'error'),
        mail: { smtpUrl: parts.catcher.url, from: 'notices@example.org', publicUrl: 'https://net4u.example' },
      });
      await mailer.round();
      await mailer.stop();
      await mailer.stop(); // safe to call twice
      return parts.catcher.take(to, 0);
    },
    async notices(persona, count, fields = 'kind') {
      const query = `{ viewer { notices { unread edges { node { id ${fields} } } } } }`;
      for (let tries = 0; ; tries++) {
        const { edges, unread } = (await telling.read(persona, query)).viewer.notices;
        const nodes = edges.map(({ node }: { node: Told }) => node);
        if (nodes.length >= count || tries === 1_200) return { unread, nodes };
        await delay(50); // assignments are told once the projection has seen them
      }
    },
  };
  return telling;
}
