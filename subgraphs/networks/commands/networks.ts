import { QueryFailedError } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Network, type NetworkStatus } from '../entities/network.ts';
import { networkEvent } from '../events.ts';
import type { CreateNetworkInput, UpdateNetworkInput } from '../inputs.ts';
import { mayChangeNetwork, mayCreateNetwork } from '../policy.ts';
import { checkCountries, checkName, checkPattern, checkTexts, checkTimeZone } from './check.ts';

/** What a source says of a network, and no input does. */
export interface NetworkOrigin extends Origin {
  status: NetworkStatus;
  foundedOn: string | null;
  countryCountStated: number | null;
}

type NewNetwork = Omit<CreateNetworkInput, 'timeZone' | 'homeRegion'> & {
  /** null only of a shipped record whose source gives none. */
  timeZone: string | null;
  homeRegion: string | null;
};

/** Creates a network: FORMING, until its own people say otherwise. @returns its id */
export async function createNetwork(
  tx: Transaction,
  actor: Actor,
  input: NewNetwork,
  origin?: NetworkOrigin,
): Promise<string> {
  refuseOrigin(actor, origin);
  if (!mayCreateNetwork(actor)) throw forbidden('Only the platform operator creates a network.');
  return once(tx, actor, 'createNetwork', input, origin?.id ?? `net:${ulid()}`, async (id) => {
    const { timeZone, homeRegion } = input;
    const network: Network = Object.assign(new Network(), {
      id,
      slug: checkPattern(
        input.slug,
        /^(?=.{1,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
        'slug',
        'words of a-z and 0-9 with - between',
      ),
      name: checkName(input.name),
      region: checkPattern(input.region, /^[A-Z][A-Z_]{1,39}$/, 'region', 'capitals and _, as in AFRICA'),
      status: origin?.status ?? 'FORMING',
      foundedOn: origin?.foundedOn ?? null,
      countryCodes: checkCountries(actor, input.countries),
      countryCountStated: origin?.countryCountStated ?? null,
      mission: null,
      objectives: [],
      workingLanguages: [...new Set(input.workingLanguages)],
      timeZone: timeZone === null ? null : checkTimeZone(timeZone),
      homeRegion:
        homeRegion === null
          ? null
          : checkPattern(homeRegion, /^[a-z][a-z0-9-]{0,39}$/, 'homeRegion', 'a region, as in africa'),
      provenance: origin?.provenance ?? 'USER',
      sourceUrl: origin?.sourceUrl ?? null,
      version: 1,
    });
    try {
      await tx.manager.insert(Network, network);
    } catch (error) {
      const { constraint } = error instanceof QueryFailedError ? (error.driverError as { constraint?: string }) : {};
      if (constraint !== 'network_slug_key') throw error;
      throw invalid(`slug: ${network.slug} is taken.`, 'input', 'slug');
    }
    tx.publish(networkEvent('NETWORK_CREATED', network));
  });
}

/** Changes what is given. Without any difference nothing is written or said. @returns the network's id */
export async function updateNetwork(tx: Transaction, actor: Actor, input: UpdateNetworkInput): Promise<string> {
  if (!mayChangeNetwork(actor, input.id)) {
    throw forbidden('Only a coordinator or the steering committee of this network changes it.');
  }
  return once(tx, actor, 'updateNetwork', input, input.id, async (id) => {
    // The lock makes the second of two changes meet the first one's version.
    const network = await tx.manager.findOne(Network, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!network) throw invalid('id: no such network.', 'input', 'id');
    if (network.version !== input.expectedVersion) {
      throw conflict(`The network is at version ${network.version}.`, network.version);
    }
    const wanted: Partial<Network> = {
      ...(input.name && { name: checkName(input.name) }),
      ...(input.mission && { mission: input.mission.length > 0 ? checkTexts(input.mission, 4_000, 'mission') : null }),
      ...(input.countries && { countryCodes: checkCountries(actor, input.countries) }),
      ...(input.status && { status: input.status }),
    };
    const changed = (Object.keys(wanted) as (keyof Network)[]).filter((key) => !same(wanted[key], network[key]));
    if (changed.length === 0) return;
    Object.assign(network, wanted, { version: network.version + 1 });
    await tx.manager.update(Network, { id }, { ...wanted, version: network.version });
    const fields = changed.map((key) => (key === 'countryCodes' ? 'countries' : key));
    tx.publish(networkEvent('NETWORK_CHANGED', network, fields));
  });
}

/** Equal as JSON; the order of languages does not count (jsonb keeps none). */
export function same(a: unknown, b: unknown): boolean {
  const text = (value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : JSON.stringify(value ?? null);
  return text(a) === text(b);
}
