import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type AssertionSigner, assertionHeader, createAssertionSigner } from '../../kit/assertion.ts';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { keepSecret } from '../../kit/secrets.ts';
import type { Answer } from '../people.ts';
import type { World } from '../world.ts';

export const subgraphs = ['networks', 'members', 'working-plans', 'discussions'] as const;

/** Addresses that this process sends GraphQL to: among them those at which the gateway asks the subgraphs. */
export function watchAddresses() {
  const found = new Set<string>();
  const onRequest = (message: unknown) => {
    const { request } = message as { request: { origin: string; path: string; method: string } };
    if (request.method === 'POST') found.add(`${request.origin}${request.path}`);
  };
  subscribe('undici:request:create', onRequest);
  return { found, stop: () => void unsubscribe('undici:request:create', onRequest) };
}

async function askAt(url: string, signer: AssertionSigner, name: string, actor: Actor, body: object): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [assertionHeader]: await signer.sign(actor, name) },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

/** Asks a subgraph as the gateway would for this actor. */
export type AskSubgraph = (name: string, actor: Actor, query: string, variables?: object) => Promise<Answer>;

/** @throws when no address among them is a subgraph's: each takes only what is signed for it */
export async function findSubgraphs(world: World, addresses: Iterable<string>): Promise<AskSubgraph> {
  const signer = createAssertionSigner(await keepSecret(world.dataDir, 'gateway-secret'));
  const urls = new Map<string, string>();
  for (const url of [...addresses].filter((one) => new URL(one).port !== new URL(world.url).port)) {
    for (const name of subgraphs) {
      const answer = await askAt(url, signer, name, gatewayActor, { query: '{ __typename }' }).catch(() => undefined);
      if (answer?.data?.__typename === 'Query') urls.set(name, url);
    }
  }
  const missing = subgraphs.filter((name) => !urls.has(name));
  if (missing.length > 0) throw new Error(`nothing was asked of ${missing.join(', ')}`);
  return (name, actor, query, variables = {}) => askAt(urls.get(name)!, signer, name, actor, { query, variables });
}
