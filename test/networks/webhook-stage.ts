import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import type { FeedEvent } from '../../kit/feed/publish.ts';
import { type NetworksWorld, partner, startNetworks } from '../networks.ts';
import { type Place, startReceiver, within } from './webhook-receiver.ts';

/** What the clock of this process is wrong by, ms. */
export const clock = { wrongBy: 0 };

/** An attempt may last longer than a revocation does. */
export const webhooks = {
  now: () => Date.now() + clock.wrongBy,
  allowLoopback: true,
  timeoutSeconds: 1.5,
  ...{ firstRetryMs: 50, longestRetryMs: 200, everyMs: 100, leaseMs: 1_500 },
};

export let world: NetworksWorld;
export let receiver: Awaited<ReturnType<typeof startReceiver>>;
/** Another process that serves the same endpoints, from when it says that it is there. */
export let another: { process: ChildProcess; isThere: Promise<unknown> };
beforeAll(async () => {
  receiver = await startReceiver();
  world = await startNetworks({}, webhooks);
  const { database, secret, cursorSecret, region, regionNumber } = world.options;
  const options = { database: { url: database.url, secret }, secret, cursorSecret, region, regionNumber, webhooks };
  const program = fileURLToPath(new URL('webhook-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  another = { process: child, isThere: new Promise((resolve) => child.stdout.once('data', resolve)) };
});
afterAll(async () => {
  another?.process.kill('SIGKILL');
  await world?.stop();
  await receiver?.stop();
});

/** The partner's own system. */
export const system = partner(['net:americas', 'net:africa']);

export const shown = `id url mode state disabledReason version cursor behind behindSince deliveredCount failedCount attempts deadLetterCount
  failingSince retryAt lastAttemptAt lastSuccessAt lastStatus lastError previousSecretUntil filter { networks types thematicAreas countries } partner { id }`;

let serial = 0;

/** Sends a mutation. @returns its payload */
export async function send(
  name: string,
  input: object,
  { actor = system, pick = '' }: { actor?: Actor; pick?: string } = {},
) {
  const type = /^(pause|resume|delete)Webhook$/.test(name)
    ? 'WebhookStepInput'
    : `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${pick} endpoint { ${shown} }
    problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } } } }`;
  const variables = { input: { clientMutationId: `webhooks-${++serial}`, ...input } };
  return (await world.get(actor, query, variables))[name];
}

/** @throws unless it was done */
export async function done(name: string, input: object, pick = '') {
  const payload = await send(name, input, { pick });
  expect(payload.problems).toEqual([]);
  return payload;
}

// biome-ignore lint/suspicious/noExplicitAny: nodes of the shape asked for
type Any = any;

export const look = async (id: string): Promise<Any> => {
  const { webhookEndpoints } = await world.get(system, `{ webhookEndpoints { edges { node { ${shown} } } } }`);
  return webhookEndpoints.edges.map(({ node }: Any) => node).find((node: Any) => node.id === id);
};

/** Looks until it is as wanted: what a delivery writes down, it says to nobody. */
export async function becomes(id: string, wanted: object): Promise<Any> {
  for (const end = Date.now() + within; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = await look(id);
    try {
      expect(found).toMatchObject(wanted);
      return found;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** Events of one subject are told from those of other cases by the filter. */
export const publish = (subjects: readonly string[], rest: Partial<FeedEvent> = {}) =>
  world.plans.transaction(async (tx) => {
    for (const subject of subjects)
      tx.publish({
        networkIds: ['net:africa'],
        type: 'PLAN_CREATED',
        eventType: 'org.net4u.plan.created.v1',
        subject,
        visibility: 'PUBLIC',
        data: { planId: subject, version: 1 },
        ...rest,
      });
  });

/** A new endpoint, for updates about these countries: a case's own. */
export async function endpoint(path: string, country: string, more: object = {}) {
  const place: Place = receiver.place(path);
  const { endpoint: made, secret } = await done(
    'createWebhook',
    { url: place.url, filter: { countries: [country] }, ...more },
    'secret',
  );
  return { place, id: made.id as string, secret: secret as string, version: made.version as number };
}

/** As if it had been failing for so long: said while nobody has the endpoint, as an attempt under way writes down what it knew when it began. */
export async function age(id: string, column: 'item_failing_since' | 'failing_since', hours: number): Promise<void> {
  const text = `UPDATE networks.webhook_endpoint SET ${column} = ${column} - make_interval(hours => $2) WHERE id = $1 AND lease_by IS NULL`;
  for (const end = Date.now() + within; (await world.owner.query(text, [id, hours])).rowCount === 0; ) {
    if (Date.now() > end) throw new Error(`somebody has had the endpoint for ${within} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Room for others: a partner has ten at most. */
export const remove = async (id: string) => {
  const { version } = await look(id);
  await done('deleteWebhook', { id, expectedVersion: version });
};
