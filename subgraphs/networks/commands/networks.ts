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
import { checkCount, checkCountries, checkMailbox, checkName, checkPattern, checkTimeZone } from './check.ts';
import { checkPastDate, dayOf } from './dates.ts';
import { checkUrl } from './facts.ts';
import { checkParent } from './network-parent.ts';

/** What a source says of a network, and no input does. */
export interface NetworkOrigin extends Origin {
  status: NetworkStatus;
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
  now = new Date(),
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
      foundedOn: input.foundedOn == null ? null : checkPastDate(input.foundedOn, dayOf(now, timeZone), 'foundedOn'),
      countryCodes: checkCountries(actor, input.countries),
      countryCountStated: checkCount(input.countryCountStated, 300, 'countryCountStated'),
      parentId: input.parentId == null ? null : await checkParent(tx, input.parentId),
      contactMailbox: checkMailbox(input.contactMailbox),
      charterId: null,
      charterLocale: null,
      mission: null,
      objectives: [],
      workingLanguages: [...new Set(input.workingLanguages)],
      timeZone: timeZone === null ? null : checkTimeZone(timeZone),
      homeRegion: homeRegion === null ? null : checkHomeRegion(homeRegion),
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
    await keepHome(tx, network);
    tx.publish(networkEvent('NETWORK_CREATED', network));
  });
}

const checkHomeRegion = (homeRegion: string): string =>
  checkPattern(homeRegion, /^[a-z][a-z0-9-]{0,39}$/, 'homeRegion', 'a region, as in africa');

/** Said to all subgraphs. Nobody begins a network for another region, or gives one away to it. @throws Problem ForbiddenError */
async function keepHome(tx: Transaction, { id, homeRegion }: Network): Promise<void> {
  if (homeRegion === null) return;
  await tx.manager.query('INSERT INTO feed.home VALUES ($1, $2) ON CONFLICT (network_id) DO UPDATE SET region = $2', [
    id,
    homeRegion,
  ]);
  await tx.requireHome([id]);
}

/** What a network may become. */
const next: Record<NetworkStatus, readonly NetworkStatus[]> = {
  FORMING: ['ACTIVE', 'CLOSED'],
  ACTIVE: ['DORMANT', 'CLOSED'],
  DORMANT: ['ACTIVE', 'CLOSED'],
  CLOSED: ['DORMANT'],
};

/**
 * Changes what is given. Without any difference nothing is written or said. A network that begins its work says when it was founded; of a closed one nothing changes
 * but that it is taken up again; what a source says changes with a source.
 * @returns the network's id
 */
export async function updateNetwork(
  tx: Transaction,
  actor: Actor,
  input: UpdateNetworkInput,
  now = new Date(),
): Promise<string> {
  if (!mayChangeNetwork(actor, input.id)) {
    throw forbidden('Only a coordinator or the steering committee of this network changes it.');
  }
  return once(tx, actor, 'updateNetwork', input, input.id, async (id) => {
    // The lock makes the second of two changes meet the first one's version.
    const network = await tx.manager.findOne(Network, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!network) throw invalid('id: no such network.', 'input', 'id');
    await tx.requireHome([id]);
    if (network.version !== input.expectedVersion) {
      throw conflict(`The network is at version ${network.version}.`, network.version);
    }
    const wanted = wantedOf(actor, input, network, now);
    const changed = (Object.keys(wanted) as (keyof Network)[]).filter((key) => !same(wanted[key], network[key]));
    if (changed.length === 0) return;
    checkChange(network, wanted, changed);
    Object.assign(network, wanted, { version: network.version + 1 });
    await tx.manager.update(Network, { id }, { ...wanted, version: network.version });
    if (changed.includes('homeRegion')) await keepHome(tx, network);
    const fields = changed.map((key) => (key === 'countryCodes' ? 'countries' : key));
    tx.publish(networkEvent('NETWORK_CHANGED', network, fields));
  });
}

/** What the input asks for, each part checked by itself. */
function wantedOf(actor: Actor, input: UpdateNetworkInput, { timeZone }: Network, now: Date): Partial<Network> {
  const { countryCountStated: count, contactMailbox, sourceUrl } = input;
  return {
    ...(input.name && { name: checkName(input.name) }),
    ...(input.countries && { countryCodes: checkCountries(actor, input.countries) }),
    ...(count != null && { countryCountStated: count === 0 ? null : checkCount(count, 300, 'countryCountStated') }),
    ...(input.workingLanguages && { workingLanguages: [...new Set(input.workingLanguages)] }),
    ...(input.timeZone != null && { timeZone: checkTimeZone(input.timeZone) }),
    ...(input.homeRegion != null && { homeRegion: checkHomeRegion(input.homeRegion) }),
    ...(input.status && { status: input.status }),
    ...(input.foundedOn != null && { foundedOn: checkPastDate(input.foundedOn, dayOf(now, timeZone), 'foundedOn') }),
    ...(contactMailbox != null && { contactMailbox: checkMailbox(contactMailbox) }),
    ...(sourceUrl != null && { sourceUrl: checkUrl(sourceUrl, 'sourceUrl') }),
  };
}

/** @throws Problem ValidationError where the network as it is does not let it */
function checkChange(network: Network, wanted: Partial<Network>, changed: readonly (keyof Network)[]): void {
  const { status } = network;
  if (status === 'CLOSED' && !changed.includes('status')) throw invalid('id: the network is closed.', 'input', 'id');
  if (changed.includes('status')) {
    if (!next[status].includes(wanted.status!)) {
      throw invalid(`status: ${status} becomes ${next[status].join(' or ')}, not ${wanted.status}.`, 'input', 'status');
    }
    if (status === 'FORMING' && wanted.status === 'ACTIVE' && (wanted.foundedOn ?? network.foundedOn) === null) {
      throw invalid(
        'foundedOn: a network that begins its work says when it was founded, the year at least.',
        'input',
        'foundedOn',
      );
    }
  }
  if (changed.includes('homeRegion') && network.homeRegion !== null) {
    throw invalid('homeRegion: its records are written there; it stays.', 'input', 'homeRegion');
  }
  const sourced = changed.some((key) => key === 'foundedOn' || key === 'countryCountStated');
  const hasSource = wanted.sourceUrl !== undefined && wanted.sourceUrl !== null;
  if (network.provenance === 'SOURCED' && sourced && !hasSource && !isFirstWord(network, changed)) {
    throw invalid('sourceUrl: what a source says is changed with a source.', 'input', 'sourceUrl');
  }
}

/** What no source has said yet, the network says itself. */
const isFirstWord = (network: Network, changed: readonly (keyof Network)[]): boolean =>
  (!changed.includes('foundedOn') || network.foundedOn === null) &&
  (!changed.includes('countryCountStated') || network.countryCountStated === null);

/** Equal as JSON; the order of languages does not count (jsonb keeps none). */
export function same(a: unknown, b: unknown): boolean {
  const sorted = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value;
  return JSON.stringify(a ?? null, sorted) === JSON.stringify(b ?? null, sorted);
}
