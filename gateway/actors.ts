import { type Actor, gatewayActor } from '../kit/context.ts';
import { ApiError } from '../kit/errors.ts';
import { type Principal, sessionOf } from './auth.ts';
import { Cache } from './cache.ts';
import type { Send } from './execute/index.ts';
import type { GatewayContext } from './wire/wire.ts';

/** Who is asked, and by which field, for each kind of principal. */
const sources = {
  PERSON: { subgraph: 'members', version: 'membersRightsVersion' },
  PARTNER: { subgraph: 'networks', version: 'partnersRightsVersion' },
} as const;
type Kind = keyof typeof sources;

const keyOf = (principal: Principal): string =>
  principal.kind === 'PARTNER'
    ? `key ${principal.keyHash}`
    : JSON.stringify([principal.subject, principal.seat ?? null, sessionOf(principal), ...(principal.scopes ?? [])]);

/** Actors are equal when they may do the same, whatever version of the rights they were read at, and in whichever session. */
const rightsOf = ({ session: _, ...actor }: Actor): string => JSON.stringify({ ...actor, rightsVersion: 0 });

export interface Actors {
  /** @throws ApiError UNAUTHENTICATED for someone unknown here; SUBGRAPH_UNAVAILABLE when it cannot be asked */
  resolve(principal: Principal): Promise<Actor>;
  /**
   * Calls `onChange` once if the principal's rights become other than the actor's.
   * @param onCheck told `true` when the rights version has moved, or is not known for `fresh` ms, so that they may be other already,
   * and `false` when they are found to be the same
   * @returns stop watching
   */
  watch(principal: Principal, actor: Actor, onChange: () => void, onCheck?: (isChecking: boolean) => void): () => void;
  stop(): void;
}

interface Watched {
  principal: Principal;
  rights: string;
  onChange: () => void;
  onCheck: (isChecking: boolean) => void;
  /** How often it has been compared; only the last comparison tells how it stands now. */
  comparisons: number;
  /** Whether the last comparison is still to be answered. */
  isCompared: boolean;
}

/**
 * From principals to actors, remembered while the rights version stands. The version is asked for every `interval` ms of
 * each source, however many sockets are open, so a revocation takes effect within a second: whoever is watched is
 * held when the version is older than that.
 * @param keep ms after which an actor is read again in any case
 * @param fresh ms for which a version holds that has been read
 */
export function createActors(send: Send<GatewayContext>, interval = 500, keep = 60_000, fresh = 1_000): Actors {
  const known = new Cache<{ actor: Promise<Actor>; kind: Kind; at: number }>(10_000);
  const versions: Record<Kind, number> = { PERSON: 0, PARTNER: 0 };
  const watching = new Set<Watched>();
  const asking = new Set<Kind>();
  /** Sources whose version is older than `fresh`, and the timers by which they become so. */
  const unknown = new Set<Kind>();
  const fading = new Map<Kind, NodeJS.Timeout>();
  let stopped = false;

  async function ask(
    kind: Kind,
    query: string,
    variables: Record<string, unknown> = {},
    actor: Actor = gatewayActor,
  ): Promise<unknown> {
    const { subgraph } = sources[kind];
    const request = { subgraph, query, variables, operationKind: 'query' as const, signal: AbortSignal.timeout(5_000) };
    const context = { actor, requestId: 'actors' };
    const answer = await send(request, context).catch(() => undefined);
    if (!answer?.data || answer.errors?.length) {
      throw new ApiError('SUBGRAPH_UNAVAILABLE', `Your rights cannot be read: ${subgraph} does not answer. Try again.`);
    }
    return Object.values(answer.data)[0];
  }

  async function read(principal: Principal): Promise<Actor> {
    const found =
      principal.kind === 'PARTNER'
        ? await ask('PARTNER', 'query ($keyHash: String!) { resolvePartner(keyHash: $keyHash) }', {
            keyHash: principal.keyHash,
          })
        : await ask(
            'PERSON',
            'query ($subject: String!, $seat: ID) { resolveActor(subject: $subject, seat: $seat) }',
            { subject: principal.subject, seat: principal.seat ?? null },
            principal.session ? { ...gatewayActor, session: principal.session } : gatewayActor,
          );
    const scopes = principal.kind === 'PERSON' ? principal.scopes : undefined;
    if ((found as { kind?: unknown } | null)?.kind === 'ENDED')
      throw new ApiError('UNAUTHENTICATED', 'This session was ended: sign in again.');
    if (found) return { ...(found as Actor), ...(scopes && { scopes }) };
    if (principal.kind === 'PARTNER')
      throw new ApiError('UNAUTHENTICATED', 'This partner key is unknown, expired or revoked.');
    const what = principal.seat ? `hold the seat ${principal.seat}` : 'have a member record here';
    throw new ApiError('UNAUTHENTICATED', `You are signed in, but do not ${what}.`);
  }

  function resolve(principal: Principal): Promise<Actor> {
    const key = keyOf(principal);
    const before = known.get(key);
    if (before && Date.now() - before.at < keep) return before.actor;
    const entry = { actor: read(principal), kind: principal.kind, at: Date.now() };
    known.set(key, entry);
    const drop = () => {
      if (known.get(key) === entry) known.delete(key);
    };
    // read before the version moved, answered after: not to be kept
    entry.actor.then((actor) => actor.rightsVersion < versions[principal.kind] && drop(), drop);
    return entry.actor;
  }

  async function check(kind: Kind): Promise<void> {
    asking.add(kind); // a source that hangs is asked once, and its answers come in order
    const askedAt = Date.now();
    const answer = await ask(kind, `{ ${sources[kind].version} }`).finally(() => asking.delete(kind));
    const version = Number(answer);
    if (version !== versions[kind]) {
      versions[kind] = version;
      known.prune((entry) => entry.kind === kind);
      const compared = watchedOf(kind).map(compare);
      confirm(kind, askedAt);
      await Promise.all(compared);
    } else confirm(kind, askedAt);
  }

  const watchedOf = (kind: Kind): Watched[] => [...watching].filter((item) => item.principal.kind === kind);

  async function compare(item: Watched): Promise<void> {
    item.comparisons += 1;
    item.isCompared = true;
    item.onCheck(true);
    const { comparisons } = item;
    const rights = await resolve(item.principal).then(rightsOf, (error) => {
      if ((error as ApiError).code === 'UNAUTHENTICATED') return undefined;
      throw error;
    });
    if (rights !== item.rights) {
      if (watching.delete(item)) item.onChange();
    } else if (comparisons === item.comparisons) {
      item.isCompared = false; // an earlier one has read rights that may have changed again
      release(item);
    }
  }

  function release(item: Watched): void {
    if (!item.isCompared && !unknown.has(item.principal.kind)) item.onCheck(false);
  }

  /** The version was read at that time or later. */
  function confirm(kind: Kind, at: number): void {
    const left = at + fresh - Date.now();
    if (stopped || left <= 0) return;
    clearTimeout(fading.get(kind));
    fading.set(kind, setTimeout(() => suspend(kind), left).unref());
    if (unknown.delete(kind)) for (const item of watchedOf(kind)) release(item);
  }

  /** Rights may have changed that long ago, and nobody here has heard of it. */
  function suspend(kind: Kind): void {
    unknown.add(kind);
    for (const item of watchedOf(kind)) item.onCheck(true);
  }

  /** The version is not known: the next answer, whatever it is, reads everyone again. */
  function forget(kind: Kind): void {
    versions[kind] = -1;
  }

  const timer = setInterval(() => {
    for (const kind of ['PERSON', 'PARTNER'] as const) {
      if (!asking.has(kind)) check(kind).catch(() => forget(kind));
    }
  }, interval);
  timer.unref();
  for (const kind of ['PERSON', 'PARTNER'] as const) confirm(kind, Date.now());

  return {
    resolve,
    watch(principal, actor, onChange, onCheck = () => {}) {
      const rights = rightsOf(actor);
      const item: Watched = { principal, rights, onChange, onCheck, comparisons: 0, isCompared: false };
      if (!stopped) {
        watching.add(item);
        if (unknown.has(principal.kind)) onCheck(true);
        // Read before the version moved, and not watched when it did: nobody has compared it yet.
        if (actor.rightsVersion < versions[principal.kind]) compare(item).catch(() => forget(principal.kind));
      }
      return () => void watching.delete(item);
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const one of fading.values()) clearTimeout(one);
      watching.clear();
    },
  };
}
