import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, createSystemActor, gatewayActor, type Role, type RoleGrant } from '../../kit/context.ts';
import { createProcessHints, type Hints } from '../../kit/hints.ts';
import { createLog } from '../../kit/log.ts';
import { start } from '../../subgraphs/working-plans/server.ts';
import { freshDatabase } from '../database.ts';

export const am = 'net:americas';
export const af = 'net:africa';
export const joint = 'plan:joint-2027';
export const secret = 'a secret for this file only, long enough';
export const cursorSecret = 'another secret, for cursors';
const signer = createAssertionSigner(secret);
export const records = {
  plans: [JSON.parse(readFileSync(new URL('../../seed/plan.json', import.meta.url), 'utf8'))],
};

const grant = (role: Role, networkId: string | null, bodyId: string | null = null): RoleGrant => ({
  role,
  networkId,
  bodyId,
});
const seat = (name: string, ...roles: RoleGrant[]): Actor => ({
  kind: 'SEAT',
  subject: `persona:${name}`,
  seatId: `seat:${name}`,
  organisationId: `org:${name}`,
  networks: [...new Set(roles.flatMap((r) => r.networkId ?? []))],
  roles,
  rightsVersion: 1,
});
const { seatId: _seat, organisationId: _organisation, ...operator } = seat('op', grant('PLATFORM_OPERATOR', null));
export const actors = {
  'americas-coordinator': seat('s01', grant('COORDINATOR', am)),
  'americas-editor': seat('s02', grant('MEMBER_EDITOR', am)),
  'americas-rep': seat('s03', grant('MEMBER_REP', am)),
  'expert-lead': seat('s06', grant('EXPERT_GROUP_LEAD', am, 'body:am-5')),
  'other-lead': seat('s12', grant('EXPERT_GROUP_LEAD', am, 'body:am-3')),
  'africa-coordinator': seat('s07', grant('COORDINATOR', af)),
  'africa-editor': seat('s08', grant('MEMBER_EDITOR', af)),
  'africa-rep': seat('s09', grant('MEMBER_REP', af)),
  'steering-member': seat('s10', grant('STEERING_COMMITTEE', af, 'body:af-sc')),
  'safety-officer': seat('safety', grant('SAFETY_OFFICER', af)),
  'un-liaison': seat('un-liaison', grant('UN_LIAISON', am), grant('UN_LIAISON', af)),
  'asia-editor': seat('asia', grant('MEMBER_EDITOR', 'net:asia')),
  'both-editor': seat('both', grant('MEMBER_EDITOR', am), grant('MEMBER_EDITOR', af)),
  observer: seat('observer', grant('OBSERVER', am), grant('OBSERVER', af)),
  operator: { ...operator, kind: 'PERSON' },
  partner: {
    kind: 'PARTNER',
    subject: 'partner:sample',
    networks: [],
    roles: [],
    partner: { id: 'partner:sample', networkIds: [am, af], maxVisibility: 'PARTNERS', scopes: ['updates:read'] },
    rightsVersion: 1,
  },
  gateway: gatewayActor,
} satisfies Record<string, Actor>;
export type Name = keyof typeof actors;
export const names = Object.keys(actors) as Name[];

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export type Answer = { data: any; errors?: { message: string; extensions: { code: string; [key: string]: any } }[] };

/** One running working-plans subgraph; several may share a database and hints. */
export interface Instance {
  url: string;
  statements: string[];
  ask(who: Name, query: string, variables?: object): Promise<Answer>;
  /** Follows a plan; `take(n)` waits for n events. */
  follow(who: Name, planId: string, after?: string | null): Promise<Following>;
  stop(): Promise<void>;
}
export interface Following {
  // biome-ignore lint/suspicious/noExplicitAny: events of two types
  events: any[];
  // biome-ignore lint/suspicious/noExplicitAny: events of two types
  take(count: number): Promise<any[]>;
  /** The code of the error that ended it. */
  refused: Promise<Answer['errors']>;
  close(): void;
}

export async function startInstance(databaseUrl: string, hints: Hints = createProcessHints()): Promise<Instance> {
  const statements: string[] = [];
  const running = await start({
    database: { url: databaseUrl, secret, hints, onStatement: (sql) => statements.push(sql) },
    secret,
    cursorSecret,
    region: 'americas',
    regionNumber: 1,
    log: createLog('test', 'error'),
    load: { system: createSystemActor(), records, refuseSamples: false },
  });
  const sockets: Client[] = [];
  return {
    url: running.url,
    statements,
    async ask(who, query, variables = {}) {
      const response = await fetch(running.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [assertionHeader]: await signer.sign(actors[who], 'working-plans'),
        },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    async follow(who, planId, after = null) {
      const client = createClient({
        url: running.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      sockets.push(client);
      return follow(client, await signer.sign(actors[who], 'working-plans'), { planId, after });
    },
    async stop() {
      for (const socket of sockets) await socket.dispose();
      await running.stop();
    },
  };
}

const planEdits = `subscription ($planId: ID!, $after: Cursor) { planEdits(planId: $planId, after: $after) {
  __typename ... on PlanEdits { cursor update region at seat { id } } ... on PlanReset { epoch reason } } }`;

function follow(client: Client, actor: string, variables: Record<string, unknown>): Following {
  // biome-ignore lint/suspicious/noExplicitAny: events of two types
  const events: any[] = [];
  let wake = () => {};
  let fail: (errors: Answer['errors']) => void = () => {};
  const refused = new Promise<Answer['errors']>((resolve) => {
    fail = resolve;
  });
  const close = client.subscribe(
    { query: planEdits, variables, extensions: { actor } },
    {
      next({ data, errors }) {
        if (errors) fail(errors as never);
        else events.push((data as { planEdits: unknown }).planEdits);
        wake();
      },
      error: (errors) => fail(errors as never),
      complete: () => fail(undefined),
    },
  );
  return {
    events,
    refused,
    close,
    async take(count) {
      while (events.length < count) {
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(
            () => reject(new Error(`${events.length} of ${count} events within a minute`)),
            60_000,
          );
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return events.slice(0, count);
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** A database of its own, and one instance over it. */
export async function openWorld() {
  const database = await freshDatabase();
  const hints = createProcessHints();
  const instance = await startInstance(database.url, hints);
  const db = new pg.Client(database.url);
  await db.connect();
  return {
    database,
    hints,
    instance,
    db,
    async stop() {
      await db.end();
      await instance.stop();
      await database.drop();
    },
  };
}

export const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
export const base64 = (update: Uint8Array) => Buffer.from(update).toString('base64');
export const codeOf = (answer: Answer) => answer.errors?.[0]?.extensions.code;

/** A seat's copy of a plan, edited as a client edits it. */
export class Copy {
  readonly doc = new Y.Doc();
  cursor = '';
  epoch = 1;
  constructor(
    readonly instance: Instance,
    readonly who: Name,
    readonly planId: string,
  ) {}

  static async open(instance: Instance, who: Name, planId = joint): Promise<Copy> {
    const copy = new Copy(instance, who, planId);
    const { data, errors } = await instance.ask(
      who,
      'query ($id: ID!) { workingPlan(id: $id) { document { update cursor epoch stateVector } } }',
      { id: planId },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    const { document } = data.workingPlan;
    Y.applyUpdateV2(copy.doc, bytes(document.update));
    copy.cursor = document.cursor;
    copy.epoch = document.epoch;
    return copy;
  }

  static async join(instance: Instance, who: Name, planId = joint): Promise<Copy> {
    const copy = await Copy.open(instance, who, planId);
    const { data, errors } = await instance.ask(
      who,
      'mutation ($planId: ID!) { joinPlan(planId: $planId) { clientId epoch } }',
      { planId },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    copy.doc.clientID = data.joinPlan.clientId;
    return copy;
  }

  text(key = 'plan', field = 'title', locale = 'en'): Y.Text {
    const node = this.node(key);
    return (node.get(field) as Y.Map<Y.Text>).get(locale) as Y.Text;
  }
  node(key: string): Y.Map<unknown> {
    return this.doc.getMap<Y.Map<unknown>>('nodes').get(key)!;
  }
  /** What `change` does, as one update. */
  edit(change: (copy: this) => void): Uint8Array {
    let update = new Uint8Array();
    this.doc.once('update', (made: Uint8Array) => {
      update = new Uint8Array(made);
    });
    this.doc.transact(() => change(this));
    return update;
  }
  type(text: string, key?: string): Uint8Array {
    return this.edit((copy) => copy.text(key).insert(0, text));
  }
  push(update: Uint8Array | string, editId: string = randomUUID(), over: object = {}): Promise<Answer> {
    return this.instance.ask(
      this.who,
      `mutation ($planId: ID!, $epoch: Int!, $editId: ID!, $update: Base64!) {
        pushPlanEdits(planId: $planId, epoch: $epoch, editId: $editId, update: $update) { cursor } }`,
      {
        planId: this.planId,
        epoch: this.epoch,
        editId,
        update: typeof update === 'string' ? update : base64(update),
        ...over,
      },
    );
  }
}

let serial = 0;
export const nextMutation = () => `m${++serial}`;

/** A process reads a plan's row again when what it knows is a second old: what a test changes behind its back is seen after that. */
export const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_050));

/** What of edits is in the database. */
export const stored = async (world: World) =>
  (await world.db.query('SELECT count(*)::int AS edits, max(seq)::int AS seq FROM working_plans.plan_edit')).rows[0];
export const eventsOf = async (world: World, type: string) =>
  (await world.db.query('SELECT * FROM feed.event WHERE type = $1 ORDER BY recorded_at, network_id', [type])).rows;

export async function createPlan(here: Instance, who: Name, over: object = {}): Promise<string> {
  const { data, errors } = await tryCreatePlan(here, who, over);
  if (errors || data.createPlan.problems.length > 0) throw new Error(JSON.stringify({ data, errors }));
  return data.createPlan.plan.id;
}
export const tryCreatePlan = (here: Instance, who: Name, over: object = {}): Promise<Answer> =>
  here.ask(
    who,
    `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { plan { id status visibility locales title { text } networks { id } }
      problems { __typename ... on ValidationError { message path } } } }`,
    {
      input: {
        clientMutationId: nextMutation(),
        networkIds: [am, af],
        title: [
          { locale: 'es', text: 'Plan nuevo' },
          { locale: 'en', text: 'New plan' },
        ],
        periodStart: '2027-01-01',
        periodEnd: '2027-12-31',
        sourceLocale: 'es',
        visibility: 'PARTNERS',
        ...over,
      },
    },
  );
