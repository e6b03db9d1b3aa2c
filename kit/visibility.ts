import { type Actor, type Role, type Visibility, visibilities } from './context.ts';

/** What has an audience: the facts `maySee` needs, whatever the thing is. */
export interface Audience {
  visibility: Visibility;
  networkIds: readonly string[];
  /** For GROUP: the bodies whose seats may see it. */
  bodyIds?: readonly string[];
  /** For SEAT_ONLY: the seat it belongs to. */
  seatId?: string | null;
}

const directoryRoles: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
  'UN_LIAISON',
  'SAFETY_OFFICER',
  'BREAK_GLASS',
];

export function hasRole(actor: Actor, wanted: readonly Role[], networkIds?: readonly string[]): boolean {
  return actor.roles.some(
    (grant) =>
      wanted.includes(grant.role) &&
      (networkIds === undefined || (grant.networkId !== null && networkIds.includes(grant.networkId))),
  );
}

/** Networks whose NETWORK-visible records the actor may read: its members', its safety officer's, where it granted a UN liaison that right, and where an operator has broken the glass. */
export function readableNetworks(actor: Actor): string[] {
  const ids = actor.roles
    .filter((g) => directoryRoles.includes(g.role) && g.networkId)
    .map((g) => g.networkId as string);
  return [...new Set(ids)];
}

/** The ladder of visibilities, the same on every path. SYSTEM sees all; GATEWAY, and anyone without a seat or key, only PUBLIC. */
export function maySee(actor: Actor, thing: Audience): boolean {
  if (actor.kind === 'SYSTEM' || thing.visibility === 'PUBLIC') return true;
  if (actor.kind === 'PARTNER') {
    const { partner } = actor;
    if (!partner || visibilities.indexOf(thing.visibility) > visibilities.indexOf(partner.maxVisibility)) return false;
    return thing.visibility === 'PARTNERS' && thing.networkIds.some((id) => partner.networkIds.includes(id));
  }
  // What its members read, group threads too. Whatever writes needs a seat besides.
  if (hasRole(actor, ['BREAK_GLASS'], thing.networkIds)) return thing.visibility !== 'SEAT_ONLY';
  if (actor.kind !== 'SEAT') return false;
  const readable = readableNetworks(actor);
  switch (thing.visibility) {
    case 'PARTNERS':
    case 'ALL_NETWORKS':
      return readable.length > 0;
    case 'NETWORK':
      return thing.networkIds.some((id) => readable.includes(id));
    case 'GROUP':
      return actor.roles.some(
        (g) =>
          g.bodyId !== null &&
          thing.bodyIds?.includes(g.bodyId) === true &&
          // a role naming a body of another network gives nothing there
          g.networkId !== null &&
          thing.networkIds.includes(g.networkId),
      );
    case 'SEAT_ONLY':
      return actor.seatId !== undefined && actor.seatId === thing.seatId;
  }
}
