import { readFileSync } from 'node:fs';
import pg from 'pg';
import { createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, createSystemActor, gatewayActor } from '../../kit/context.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import type { MembersRecords } from '../../subgraphs/members/records.ts';
import { start } from '../../subgraphs/members/server.ts';
import type { MembershipStatus } from '../../subgraphs/members/states.ts';
import { freshDatabase } from '../database.ts';

export const records: MembersRecords = JSON.parse(readFileSync('seed/members.json', 'utf8'));
export const personas = [
  'americas-coordinator',
  'americas-editor',
  'americas-rep',
  'expert-lead',
  'africa-coordinator',
  'africa-editor',
  'africa-rep',
  'steering-member',
  'observer',
  'safety-officer',
  'un-liaison',
  'operator',
];
const partner: Actor = {
  kind: 'PARTNER',
  subject: 'partner:sample',
  networks: ['net:americas', 'net:africa'],
  roles: [],
  partner: { id: 'sample', networkIds: ['net:americas', 'net:africa'], maxVisibility: 'PARTNERS', scopes: [] },
  rightsVersion: 1,
};

// biome-ignore lint/suspicious/noExplicitAny: answers are as varied as their queries
export type Answer = { data: any; errors?: { message: string; extensions: { code: string } }[] };

export interface MembersWorld {
  /** SQL that the subgraph has run. */
  statements: string[];
  /** What to open the same database with. */
  database: { url: string; secret: string; hints: ReturnType<typeof createProcessHints> };
  /** A persona's actor, as the subgraph resolved it at the start; or `partner`. */
  actor(persona: string): Actor;
  ask(actor: Actor | string, query: string, variables?: object): Promise<Answer>;
  /** Asks for entities by reference, as the gateway does. */
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the selections
  refer(actor: Actor | string, type: string, ids: string[], selection: string): Promise<any[]>;
  resolve(subject: string, seat?: string): Promise<Actor | null>;
  rightsVersion(): Promise<number>;
  /** As the database's owner. */
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the statements
  sql(text: string, values?: unknown[]): Promise<any[]>;
  /** Enters a membership in the state asked for, of an organisation of its own: `mem:t1` of `org:t1`, and so on. @returns its id */
  enterMembership(networkId: string, status: MembershipStatus): Promise<string>;
  /** Brings an application to where it can be decided: sponsors, a check, and a decision of the network. @returns the decision's id */
  prepare(membershipId: string, outcome?: string, more?: { bodyIds?: string[]; hash?: string }): Promise<string>;
  /** What networks says of a body that it has made. */
  makeBody(networkId: string, bodyId: string): Promise<void>;
  /** Removes what enterMembership made. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** The members subgraph alone, on a fresh database with the shipped records. */
export async function startMembers(refuseSamples = false): Promise<MembersWorld> {
  const secret = 'members-test-gateway-secret';
  const signer = createAssertionSigner(secret);
  const statements: string[] = [];
  const fresh = await freshDatabase();
  const database = { url: fresh.url, secret, hints: createProcessHints() };
  const running = await start({
    database: { ...database, onStatement: (text) => statements.push(text) },
    secret,
    cursorSecret: 'members-test-cursor-secret',
    region: 'test',
    regionNumber: 1,
    log: createLog('members', 'error'),
    load: { system: createSystemActor(), records, refuseSamples },
  });
  const owner = new pg.Client(fresh.url);
  await owner.connect();
  const actors = new Map<string, Actor>([['partner', partner]]);
  let serial = 0;

  const world: MembersWorld = {
    statements,
    database,
    actor: (persona) => actors.get(persona) as Actor,
    async ask(actor, query, variables = {}) {
      const who = typeof actor === 'string' ? world.actor(actor) : actor;
      const response = await fetch(running.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-net4u-actor': await signer.sign(who, 'members') },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    async refer(actor, type, ids, selection) {
      const { data, errors } = await world.ask(
        actor,
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${selection} } } }`,
        { r: ids.map((id) => ({ __typename: type, id })) },
      );
      if (errors) throw new Error(JSON.stringify(errors));
      return data._entities;
    },
    async resolve(subject, seat) {
      const query = 'query ($subject: String!, $seat: ID) { resolveActor(subject: $subject, seat: $seat) }';
      return (await world.ask(gatewayActor, query, { subject, seat })).data.resolveActor;
    },
    rightsVersion: async () => (await world.ask(gatewayActor, '{ membersRightsVersion }')).data.membersRightsVersion,
    sql: async (text, values = []) => (await owner.query(text, values)).rows,
    async enterMembership(networkId, status) {
      const n = ++serial;
      await world.sql(
        `INSERT INTO members.organisation (id, name, sort_name, stakeholder_type, country, relation, provenance)
         VALUES ($1, $2, lower($2), 'ACADEMIA', 'UG', $3, 'USER')`,
        [`org:t${n}`, `Test ${n}`, ['ACTIVE', 'SUSPENDED'].includes(status) ? 'MEMBER' : 'APPLICANT'],
      );
      await world.sql(
        `INSERT INTO members.membership (id, organisation_id, network_id, status, motivation, provenance)
         VALUES ($1, $2, $3, $4, 'why', 'USER')`,
        [`mem:t${n}`, `org:t${n}`, networkId, status],
      );
      return `mem:t${n}`;
    },
    async prepare(membershipId, outcome = 'ADOPTED', { bodyIds = [], hash } = {}) {
      const [{ network_id: networkId }] = await world.sql('SELECT network_id FROM members.membership WHERE id = $1', [
        membershipId,
      ]);
      await world.sql(
        `INSERT INTO members.sponsorship (membership_id, organisation_id, answer)
         SELECT $1, organisation_id, 'CONFIRMED' FROM members.membership
         WHERE network_id = $2 AND status = 'ACTIVE' AND id <> $1 ORDER BY id LIMIT 2 ON CONFLICT DO NOTHING`,
        [membershipId, networkId],
      );
      await world.sql('UPDATE members.membership SET checked_at = now() WHERE id = $1', [membershipId]);
      const handler = networkId === 'net:africa' ? 'steering-member' : 'americas-coordinator';
      const [membership] = await world.refer(handler, 'Membership', [membershipId], 'contentHash');
      const decisionId = `decision:${membershipId}-${++serial}`;
      const data = { decisionId, networkIds: [networkId], outcome, contentHash: hash ?? membership?.contentHash };
      await world.sql(
        `WITH head AS (UPDATE feed.stream SET position = position + 1 WHERE network_id = $1 RETURNING position)
         INSERT INTO feed.event (network_id, position, id, type, event_type, subject, visibility, body_ids,
           thematic_areas, countries, data, occurred_at)
         SELECT $1, position, $2, 'DECISION_CONCLUDED', 'org.net4u.decision.concluded.v1', $2, 'NETWORK', $3, '{}', '{}', $4, now()
         FROM head`,
        [networkId, decisionId, bodyIds, JSON.stringify(data)],
      );
      return decisionId;
    },
    async makeBody(networkId, bodyId) {
      await world.sql('INSERT INTO feed.stream VALUES ($1, 0) ON CONFLICT DO NOTHING', [networkId]);
      await world.sql(
        `WITH head AS (UPDATE feed.stream SET position = position + 1 WHERE network_id = $1 RETURNING position)
         INSERT INTO feed.event (network_id, position, id, type, event_type, subject, visibility, body_ids,
           thematic_areas, countries, data, occurred_at)
         SELECT $1, position, $2, 'BODY_CHANGED', 'org.net4u.body.changed.v1', $2, 'PUBLIC', '{}', '{}', '{}', $3, now()
         FROM head`,
        [networkId, `body/${bodyId}`, JSON.stringify({ bodyId, networkId, version: 1, changed: [] })],
      );
    },
    async clear() {
      await world.sql("DELETE FROM members.sponsorship WHERE membership_id LIKE 'mem:t%'");
      await world.sql("DELETE FROM members.membership_event WHERE membership_id LIKE 'mem:t%'");
      await world.sql("DELETE FROM members.membership WHERE id LIKE 'mem:t%'");
      await world.sql("DELETE FROM members.organisation WHERE id LIKE 'org:t%'");
    },
    async stop() {
      await owner.end();
      await running.stop();
      await running.stop(); // safe to call twice
      await fresh.drop();
    },
  };
  for (const n of [1, 2, 3, 4, 5]) await world.makeBody('net:americas', `body:am-${n}`);
  await world.makeBody('net:africa', 'body:af-sc');
  for (const name of personas) {
    const actor = await world.resolve(`persona:${name}`);
    if (actor) actors.set(name, actor);
  }
  return world;
}
