import { afterAll, beforeAll, expect } from '@jest/globals';
import pg from 'pg';
import { appendEvents } from '../../kit/feed/publish.ts';
import { readUpdates, type Update } from '../../partner-client/index.ts';
import type { Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';

/** The platform, with a partner's key to it, and a pen to write in its log. */
export interface Stage {
  world: World;
  /** Owns the platform's database. */
  owner: pg.Client;
  /** The sample partner. */
  partner: Member;
  /** Its way in. */
  door: { url: string; key: string };
  newest(): Promise<string>;
  /** All that the log has after a cursor, as the paged query gives it. */
  log(after: string): Promise<Update[]>;
  /** Writes updates of one network, all in one transaction, of which no hint tells: they are found in the log. @returns their subjects */
  write(count: number, networkId?: string): Promise<string[]>;
  /** A member starts a thread, of which a hint tells. @returns the update's subject */
  say(networkId?: string): Promise<string>;
}

const startThread = `mutation ($input: StartThreadInput!) {
  startThread(input: $input) { thread { id } problems { __typename } }
}`;

/** One for the suite that calls it. */
export function setStage(): Stage {
  const stage = {} as Stage;
  let members: Record<string, Member>;
  let written = 0;
  beforeAll(async () => {
    stage.world = await startWorld();
    stage.owner = new pg.Client(stage.world.databaseUrl);
    await stage.owner.connect();
    stage.partner = await stage.world.people.as('partner');
    stage.door = { url: stage.world.url, key: stage.partner.token };
    const { people } = stage.world;
    members = { 'net:americas': await people.as('americas-editor'), 'net:africa': await people.as('africa-editor') };
  });
  afterAll(async () => {
    await stage.owner?.end();
    await stage.world?.stop();
  });
  const log = async (after?: string) => {
    const all: Update[] = [];
    for await (const { events } of readUpdates({ ...stage.door, ...(after !== undefined && { after }) }))
      all.push(...events);
    return all;
  };
  return Object.assign(stage, {
    log,
    async newest() {
      for await (const { newestAvailable } of readUpdates({ ...stage.door, first: 1 })) return newestAvailable;
      throw new Error('no page');
    },
    async write(count: number, networkId = 'net:americas') {
      const subjects = Array.from({ length: count }, () => `workingplan/plan:w${++written}`);
      const query = (sql: string, parameters: unknown[]) => stage.owner.query(sql, parameters);
      await stage.owner.query('BEGIN');
      await appendEvents(
        query,
        subjects.map((subject) => ({
          ...{ networkIds: [networkId], type: 'PLAN_CREATED', eventType: 'org.net4u.plan.created.v1', subject },
          ...{ visibility: 'PUBLIC' as const, data: { planId: subject.slice('workingplan/'.length), version: 1 } },
        })),
      );
      await stage.owner.query('COMMIT');
      return subjects;
    },
    async say(networkId = 'net:americas') {
      const input = {
        ...{
          clientMutationId: `said-${++written}`,
          networkIds: [networkId],
          visibility: 'PARTNERS',
          locale: 'en',
        },
        ...{
          anchor: { typename: 'Network', id: networkId },
          title: [{ locale: 'en', text: 'Said' }],
          body: 'Said',
        },
      };
      const { data } = await members[networkId]!.ask(startThread, { input });
      expect(data.startThread.problems).toEqual([]);
      return `thread/${data.startThread.thread.id}`;
    },
  });
}

export const subjectsOf = (updates: readonly Pick<Update, 'subject'>[]) => updates.map(({ subject }) => subject);
