import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from '@jest/globals';
import pg from 'pg';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, createSystemActor, gatewayActor, type Role, type RoleGrant } from '../../kit/context.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { createProcessHints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { entities } from '../../subgraphs/discussions/entities/index.ts';
import { migrations } from '../../subgraphs/discussions/migrations/index.ts';
import type { DecisionRules } from '../../subgraphs/discussions/round.ts';
import { start } from '../../subgraphs/discussions/server.ts';
import { freshDatabase } from '../database.ts';

export const am = 'net:americas';
export const af = 'net:africa';
export const group = 'body:am-5';
export const activity = 'plan:joint-2027/a2.1.1';
const secret = 'a secret for this file only, long enough';
const signer = createAssertionSigner(secret);
const records = JSON.parse(readFileSync(new URL('../../seed/discussions.json', import.meta.url), 'utf8'));

export const grant = (role: Role, networkId: string | null, bodyId: string | null = null): RoleGrant => ({
  role,
  networkId,
  bodyId,
});
export const seat = (name: string, ...roles: RoleGrant[]): Actor => ({
  kind: 'SEAT',
  subject: `persona:${name}`,
  seatId: `seat:${name}`,
  organisationId: `org:${name}`,
  networks: [...new Set(roles.flatMap((r) => r.networkId ?? []))],
  roles,
  rightsVersion: 1,
});
const partner = (maxVisibility: 'PUBLIC' | 'PARTNERS' | 'NETWORK', ...networkIds: string[]): Actor => ({
  kind: 'PARTNER',
  subject: 'partner:sample',
  networks: [],
  roles: [],
  partner: { id: 'partner:sample', networkIds, maxVisibility, scopes: ['updates:read'] },
  rightsVersion: 1,
});
export const actors = {
  'americas-coordinator': seat('s01', grant('COORDINATOR', am)),
  'americas-editor': seat('s02', grant('MEMBER_EDITOR', am)),
  'americas-rep': seat('s03', grant('MEMBER_REP', am)),
  'group-rep': seat('s05', grant('MEMBER_REP', am, group)),
  'expert-lead': seat('s06', grant('EXPERT_GROUP_LEAD', am, group)),
  'africa-coordinator': seat('s07', grant('COORDINATOR', af)),
  'africa-rep': seat('s09', grant('MEMBER_REP', af)),
  'steering-member': seat('s10', grant('STEERING_COMMITTEE', af, 'body:af-sc')),
  'safety-officer': seat('safety', grant('SAFETY_OFFICER', af)),
  'safety-officer-am': seat('safety-am', grant('SAFETY_OFFICER', am)),
  'un-liaison': seat('un-liaison', grant('UN_LIAISON', am), grant('UN_LIAISON', af)),
  'un-liaison-africa': seat('un-liaison-af', grant('UN_LIAISON', af)),
  'other-group-rep': seat('s11', grant('MEMBER_REP', am, 'body:am-1')),
  observer: seat('observer', grant('OBSERVER', am), grant('OBSERVER', af)),
  operator: {
    ...seat('op', grant('PLATFORM_OPERATOR', null)),
    kind: 'PERSON',
    seatId: undefined,
    organisationId: undefined,
  },
  nobody: seat('nobody'),
  partner: partner('PARTNERS', am, af),
  'partner-africa': partner('PARTNERS', af),
  'partner-public': partner('PUBLIC', am),
  'partner-too-wide': partner('NETWORK', am),
  gateway: gatewayActor,
} satisfies Record<string, Actor | object>;
export type Name = keyof typeof actors;
export const names = Object.keys(actors) as Name[];

let database: Awaited<ReturnType<typeof freshDatabase>>;
let subgraph: Awaited<ReturnType<typeof start>>;
export let db: pg.Client;
export const statements: string[] = [];

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export type Answer = { data: any; errors?: { message: string; extensions: { code: string } }[] };
export const ask = (who: Name, query: string, variables: object = {}) => askAs(actors[who] as Actor, query, variables);
/** @param url of another process over the same database */
export async function askAs(actor: Actor, query: string, variables: object = {}, url = subgraph.url): Promise<Answer> {
  const assertion = await signer.sign(actor, 'discussions');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [assertionHeader]: assertion },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}
export const problemFields = 'problems { __typename ... on ValidationError { message path } }';
export const startThreadText = `mutation StartThread($input: StartThreadInput!) {
  startThread(input: $input) { thread { id title(locale: "en") { text } } problems { __typename ... on ValidationError { message path } } }
}`;
let serial = 0;
export const nextMutation = () => `m${++serial}`;
export const threadInput = (over: Record<string, unknown> = {}) => ({
  clientMutationId: nextMutation(),
  networkIds: [am],
  anchor: { typename: 'Activity', id: activity },
  title: [{ locale: 'en', text: 'A question' }],
  body: 'First words',
  locale: 'en',
  visibility: 'NETWORK',
  ...over,
});
export async function startThread(who: Name, over: Record<string, unknown> = {}) {
  const { data, errors } = await ask(who, startThreadText, { input: threadInput(over) });
  if (errors) throw new Error(errors[0]?.message);
  return data.startThread as { thread: { id: string } | null; problems: { __typename: string; path?: string[] }[] };
}
export async function started(who: Name, over: Record<string, unknown> = {}): Promise<string> {
  const { thread, problems } = await startThread(who, over);
  if (!thread) throw new Error(JSON.stringify(problems));
  return thread.id;
}
export async function post(who: Name, threadId: string, body: string, over: Record<string, unknown> = {}) {
  const input = { clientMutationId: nextMutation(), threadId, body, locale: 'en', ...over };
  const { data } = await ask(
    who,
    `mutation ($input: PostInput!) { post(input: $input) { post { id } ${problemFields} } }`,
    { input },
  );
  return data.post as { post: { id: string } | null; problems: { __typename: string; path?: string[] }[] };
}
export const eventsOf = async (id: string) =>
  (
    await db.query('SELECT *, xmin::text FROM feed.event WHERE subject LIKE $1 ORDER BY network_id, position', [
      `%/${id}`,
    ])
  ).rows;
export const counted = async (work: () => Promise<Answer>) => {
  statements.length = 0;
  const answer = await work();
  expect(answer.errors).toBeUndefined();
  return { answer, count: statements.length };
};

export const open = (url: string, refuseSamples = false, decisions: Partial<DecisionRules> = {}) =>
  start({
    database: { url, secret, hints: createProcessHints(), onStatement: (sql) => statements.push(sql) },
    secret,
    cursorSecret: secret,
    region: 'americas',
    regionNumber: 1,
    log: createLog('test', 'warn'),
    load: { system: createSystemActor(), records, refuseSamples },
    decisions,
  });
/** The tables of the file's database, as another process has them. */
export const openTables = () =>
  openDatabase({
    url: database.url,
    secret,
    hints: createProcessHints(),
    subgraph: 'discussions',
    entities,
    migrations,
  });
/** Another process over the database of the file. */
export const openAnother = (decisions: Partial<DecisionRules> = {}) => open(database.url, false, decisions);

/** A fresh database and the subgraph over it, for the tests of one file. */
export function useSubgraph(decisions: Partial<DecisionRules> = {}): void {
  beforeAll(async () => {
    database = await freshDatabase();
    subgraph = await open(database.url, false, decisions);
    db = new pg.Client(database.url);
    await db.connect();
  });
  afterAll(async () => {
    await db?.end();
    await subgraph?.stop();
    await subgraph?.stop();
    await database?.drop();
  });
}
