import type { Actor, Role, RoleGrant } from '../../kit/context.ts';
import type { Who } from './table.ts';

export const net = 'net:africa';
export const otherNet = 'net:americas';
/** An expert group of the network, on trafficking in persons; and another one, in which nobody here sits. */
export const group = 'body:af-1';
export const otherGroup = 'body:af-2';
export const partnerId = 'partner:sample';

const grant = (role: Role, bodyId: string | null = null, networkId: string | null = net): RoleGrant => ({
  role,
  networkId,
  bodyId,
});
const seat = (name: string, ...roles: RoleGrant[]): Actor => ({
  kind: 'SEAT',
  subject: `persona:${name}`,
  personId: `person:${name}`,
  seatId: `seat:${name}`,
  organisationId: `org:${name}`,
  networks: [...new Set(roles.flatMap(({ networkId }) => networkId ?? []))],
  roles,
  rightsVersion: 1,
});
const operator = { kind: 'PERSON', subject: 'persona:operator', personId: 'person:operator' } as const;

/** One of each, as the gateway would resolve them. */
export const actors: Record<Who, Actor> = {
  rep: seat('rep', grant('MEMBER_REP'), grant('MEMBER_REP', group)),
  editor: seat('editor', grant('MEMBER_EDITOR'), grant('MEMBER_EDITOR', group)),
  lead: seat('lead', grant('EXPERT_GROUP_LEAD', group)),
  steering: seat('steering', grant('STEERING_COMMITTEE', 'body:af-sc')),
  coordinator: seat('coordinator', grant('COORDINATOR')),
  liaison: seat('liaison', grant('UN_LIAISON')),
  observer: seat('observer', grant('OBSERVER')),
  partner: {
    kind: 'PARTNER',
    subject: partnerId,
    networks: [net],
    roles: [],
    partner: { id: partnerId, networkIds: [net], maxVisibility: 'PARTNERS', scopes: ['updates:read'] },
    rightsVersion: 1,
  },
  operator: { ...operator, networks: [], roles: [grant('PLATFORM_OPERATOR', null, null)], rightsVersion: 1 },
  officer: seat('officer', grant('SAFETY_OFFICER')),
  stranger: seat(
    'stranger',
    ...(
      [
        'MEMBER_REP',
        'MEMBER_EDITOR',
        'STEERING_COMMITTEE',
        'COORDINATOR',
        'UN_LIAISON',
        'OBSERVER',
        'SAFETY_OFFICER',
      ] as const
    ).map((role) => grant(role, null, otherNet)),
    // a role that names a body of this network, held in the other one
    grant('EXPERT_GROUP_LEAD', group, otherNet),
  ),
};

/** The operator, for the minutes after he broke the glass. */
export const brokenGlass: Actor = {
  ...actors.operator,
  networks: [net],
  roles: [...actors.operator.roles, grant('BREAK_GLASS')],
};
