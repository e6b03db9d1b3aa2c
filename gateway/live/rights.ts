import { createHash } from 'node:crypto';
import type { Actor, RoleGrant } from '../../kit/context.ts';

/** Readers of one class may see the same, unless a selection depends on who the reader is. */
export interface RightsClass {
  readonly key: string;
  /** As whom the subgraphs are asked on behalf of them all. */
  readonly actor: Actor;
}

const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const ofGrant = ({ role, networkId, bodyId }: RoleGrant) => JSON.stringify([role, networkId, bodyId]);

/**
 * Seats of one organisation with the same roles are one class; the actor that stands for it has neither seat nor person,
 * so what is for one seat alone is null in it. A partner is a class of its own, and so is whoever has no seat.
 */
export function classOf(actor: Actor): RightsClass {
  if (actor.kind !== 'SEAT') return ownClassOf(actor);
  const { organisationId, rightsVersion, scopes } = actor;
  const networks = [...actor.networks].sort(byName);
  const roles = [...actor.roles].sort((a, b) => byName(ofGrant(a), ofGrant(b)));
  const key = digest(['SEAT', organisationId ?? null, networks, roles.map(ofGrant), scopes ?? null]);
  const shared: Actor = { kind: 'SEAT', subject: 'shared', networks, roles, rightsVersion };
  return {
    key,
    actor: { ...shared, ...(organisationId !== undefined && { organisationId }), ...(scopes && { scopes }) },
  };
}

/** For selections that depend on the reader: a class for each seat, with all that the actor is. */
export function ownClassOf(actor: Actor): RightsClass {
  const { rightsVersion: _moves, ...identity } = actor;
  return { key: digest(['OWN', Object.entries(identity).sort(([a], [b]) => byName(a, b))]), actor };
}

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64url');
