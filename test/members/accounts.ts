import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { signToken } from '../../issuer/sign.ts';
import { startClock } from '../clock.ts';
import { type Answer, createMember, type Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';

export const problems =
  'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';
export const sessions = '{ viewer { sessions { id device current firstSeenAt lastSeenAt expiresAt } } }';
export const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions?.code;

let serial = 0;
export const withId = (input: object = {}) => ({ clientMutationId: `t${++serial}`, ...input });

/** ms until the member is refused. */
export async function untilRefused(member: Member): Promise<number> {
  const passed = startClock();
  while (codeOf(await member.ask('{ viewer { seat { id } } }')) !== 'UNAUTHENTICATED') {
    if (passed() > 60_000) throw new Error('still answered after a minute');
    await delay(20); // it is asked again and again, not a thousand times
  }
  return passed();
}

export interface Accounts {
  world: World;
  as(persona: string): Promise<Member>;
  /** Another sign-in of a persona, with a token of its own. */
  signIn(persona: string, options?: { clock?: () => number; sid?: string; authenticatedAt?: number }): Promise<Member>;
  /** As the database's owner. */
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the statements
  sql(text: string, values?: unknown[]): Promise<any[]>;
}

/** A world for the tests of a file, and what they do in it as persons. */
export function startAccounts(): Accounts {
  let world: World;
  let owner: pg.Client;
  const others: Member[] = [];
  beforeAll(async () => {
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
  });
  afterAll(async () => {
    for (const member of others) await member.leave();
    await owner.end();
    await world.stop();
  });
  return {
    get world() {
      return world;
    },
    as: (persona) => world.people.as(persona),
    async signIn(persona, { clock, sid, authenticatedAt } = {}) {
      const overrides = { sid, ...(authenticatedAt && { auth_time: Math.floor(authenticatedAt / 1_000) }) };
      const token = await signToken({
        ...{ dataDir: world.dataDir, persona },
        ...(clock && { clock }),
        ...(sid && { overrides }),
      });
      const member = createMember(world.url, token);
      others.push(member);
      return member;
    },
    sql: async (text, values = []) => (await owner.query(text, values)).rows,
  };
}
