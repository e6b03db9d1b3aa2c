/** Roles of domain.md; MEMBER_REP with a body means a seat in that body. BREAK_GLASS is an operator's, for some minutes: he reads a network, and writes nothing. */
export const roles = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
  'UN_LIAISON',
  'OBSERVER',
  'PARTNER_SYSTEM',
  'PLATFORM_OPERATOR',
  'SAFETY_OFFICER',
  'BREAK_GLASS',
] as const;
export type Role = (typeof roles)[number];

export interface RoleGrant {
  role: Role;
  /** null only for roles on the platform itself (PLATFORM_OPERATOR). */
  networkId: string | null;
  bodyId: string | null;
}

/** A partner system, as its key says. */
export interface PartnerScope {
  id: string;
  networkIds: string[];
  maxVisibility: Visibility;
  scopes: string[];
}

/** From most open to most closed. */
export const visibilities = ['PUBLIC', 'PARTNERS', 'ALL_NETWORKS', 'NETWORK', 'GROUP', 'SEAT_ONLY'] as const;
export type Visibility = (typeof visibilities)[number];

/** The sign-in that a token is of. */
export interface SignIn {
  /** Of the subject and the token's `sid`, or of the token alone where it names none; a hash, so it opens nothing. */
  id: string;
  /** ms since 1970: when the token was issued, and when it ends. */
  issuedAt: number;
  expiresAt: number;
  /** ms since 1970: when the person last proved who he is, where the issuer says so (`auth_time`). A renewed token has the same. */
  authenticatedAt?: number;
  /** What the client says it is, in a few words: `Firefox on Android`. */
  device: string;
}

/**
 * Who asks, as the gateway has verified it. `GATEWAY` is the gateway asking for itself (resolveActor, resolvePartner,
 * rights versions); `SYSTEM` is the loader of the shipped records and exists only inside `start`: no token and no
 * assertion yields it.
 */
export interface Actor {
  kind: 'SEAT' | 'PERSON' | 'PARTNER' | 'GATEWAY' | 'SYSTEM';
  /** OIDC `sub`, or `partner:<id>`; `shared` for all seats of equal rights together: such an actor has no seat and no person. */
  subject: string;
  personId?: string;
  seatId?: string;
  organisationId?: string;
  /** Networks in which the actor holds any role. */
  networks: string[];
  roles: RoleGrant[];
  partner?: PartnerScope;
  /** Scopes of the person's access token; a partner's are its key's. Absent when there are none. */
  scopes?: readonly string[];
  /** The session of a person's token; of the GATEWAY, the one that it asks about. */
  session?: Pick<SignIn, 'id'> & Partial<SignIn>;
  /** The rights version of the subgraph that resolved this actor, at that moment. */
  rightsVersion: number;
}

/** What every resolver of every subgraph finds in its context; a subgraph adds its database and loaders. */
export interface RequestContext {
  actor: Actor;
  requestId: string;
}

/** The loader's actor. Only `start` may call this (kept by the import test). */
export function createSystemActor(): Actor {
  return { kind: 'SYSTEM', subject: 'system', networks: [], roles: [], rightsVersion: 0 };
}

export const gatewayActor: Actor = { kind: 'GATEWAY', subject: 'gateway', networks: [], roles: [], rightsVersion: 0 };
