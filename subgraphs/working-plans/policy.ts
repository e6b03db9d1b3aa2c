import { type Asked, mayActAsAsked } from '../../kit/audit/asked.ts';
import type { Actor, Role, RoleGrant } from '../../kit/context.ts';
import type { ThematicArea } from '../../kit/types.ts';
import { hasRole, maySee, readableNetworks } from '../../kit/visibility.ts';
import type { Plan } from './entities/plan.ts';

/** The facts of a plan that rights depend on. */
export type PlanFacts = Pick<Plan, 'networkIds' | 'status' | 'visibility' | 'expertGroups'>;
/** The facts of an objective: the networks that own it, and its theme as the document has it now. */
export interface ObjectiveFacts {
  networkIds: readonly string[];
  thematicArea: ThematicArea | null;
}
export interface ActivityFacts {
  objective: ObjectiveFacts;
  responsible: string | null;
}

const editors: readonly Role[] = ['MEMBER_EDITOR', 'STEERING_COMMITTEE', 'COORDINATOR'];
const published = ['ADOPTED', 'SUPERSEDED', 'ARCHIVED'];
const open = ['DRAFT', 'CHANGES_REQUESTED'];

export const isPublished = (plan: PlanFacts) => published.includes(plan.status);
/** Whether the document takes edits at all. */
export const isOpen = (plan: PlanFacts) => open.includes(plan.status);

/** Readers of an owner network's NETWORK records: not observers or partners, and operators only once they have broken the glass. They see all of a plan, in every status. */
export const mayOpenDocument = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind !== 'PARTNER' && readableNetworks(actor).some((network) => plan.networkIds.includes(network)));

/** A plan not yet adopted is for its owner networks; an adopted one for whom its visibility names. */
export const mayRead = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind !== 'GATEWAY' && (mayOpenDocument(actor, plan) || (isPublished(plan) && maySee(actor, plan)));

/** Budgets, notes on statuses, and risks that touch someone's safety, stay with the owner networks whatever the plan's visibility. */
export const mayReadInternals = mayOpenDocument;

const leads = (grant: RoleGrant, plan: PlanFacts, objective: ObjectiveFacts): boolean =>
  grant.role === 'EXPERT_GROUP_LEAD' &&
  grant.bodyId !== null &&
  objective.thematicArea !== null &&
  plan.expertGroups[objective.thematicArea] === grant.bodyId &&
  grant.networkId !== null &&
  objective.networkIds.includes(grant.networkId);

/** A group lead's own objective: its theme is mapped to the lead's body in the plan's record, and the body's network owns it. */
export const leadsObjective = (actor: Actor, plan: PlanFacts, objective: ObjectiveFacts): boolean =>
  actor.roles.some((grant) => leads(grant, plan, objective));

/** Whether the actor may type into some part of the plan, were it open: who may not is refused before a byte is decoded. */
export const mayEditSomewhere = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind === 'SEAT' &&
  actor.seatId !== undefined &&
  (hasRole(actor, editors, plan.networkIds) ||
    actor.roles.some(
      (grant) =>
        grant.role === 'EXPERT_GROUP_LEAD' &&
        grant.networkId !== null &&
        plan.networkIds.includes(grant.networkId) &&
        Object.values(plan.expertGroups).includes(grant.bodyId ?? ''),
    ));

/** The plan's own title, preamble and period, and which objectives there are. */
export const mayEditPlan = (actor: Actor, plan: PlanFacts): boolean => hasRole(actor, editors, plan.networkIds);

/** An objective and all below it: editors of any network that owns it, and its group's lead. */
export const mayEditObjective = (actor: Actor, plan: PlanFacts, objective: ObjectiveFacts): boolean =>
  mayEditStructure(actor, objective) || leadsObjective(actor, plan, objective);

/** Whether an objective is there, where it stands, and its theme: not the lead, whom the theme makes. */
export const mayEditStructure = (actor: Actor, objective: ObjectiveFacts): boolean =>
  hasRole(actor, editors, objective.networkIds);

/**
 * Who owns an objective, from `before` to `after`. Editors of all the plan's networks, who could make the plan itself; else steering and coordinators of a
 * network that owns it now, and of every network that is to lose it: no network takes an objective from another.
 */
export const mayChangeOwners = (
  actor: Actor,
  plan: PlanFacts,
  before: readonly string[],
  after: readonly string[],
): boolean => {
  const leadsIn = (network: string) => hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR'], [network]);
  if (actor.kind !== 'SEAT') return false;
  if (plan.networkIds.every((network) => hasRole(actor, editors, [network]))) return true;
  return before.some(leadsIn) && before.filter((network) => !after.includes(network)).every(leadsIn);
};

/** An editor of every network that is to own it. */
export const mayCreatePlan = (actor: Actor, networkIds: readonly string[]): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind === 'SEAT' && networkIds.length > 0 && networkIds.every((network) => hasRole(actor, editors, [network])));

/** The responsible organisation's own seats, the objective's group lead, and steering and coordinators of its networks. */
export const maySetActivityStatus = (
  actor: Actor,
  plan: PlanFacts,
  { objective, responsible }: ActivityFacts,
): boolean => {
  if (actor.kind === 'SYSTEM') return true;
  if (actor.kind !== 'SEAT') return false;
  const own =
    responsible !== null &&
    actor.organisationId === responsible &&
    hasRole(actor, ['MEMBER_REP', 'MEMBER_EDITOR'], objective.networkIds);
  return (
    own ||
    hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR'], objective.networkIds) ||
    leadsObjective(actor, plan, objective)
  );
};

const suggesters: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
  'UN_LIAISON',
];

/** Proposing a text in place of another: whoever takes part in a network that owns the objective; null for the plan's own text. */
export const maySuggest = (actor: Actor, plan: PlanFacts, objective: ObjectiveFacts | null): boolean =>
  actor.kind === 'SEAT' && hasRole(actor, suggesters, (objective ?? plan).networkIds);

/** Accepting or rejecting one: steering and coordinators of the objective's networks, and its group's lead. */
export const mayResolveSuggestion = (actor: Actor, plan: PlanFacts, objective: ObjectiveFacts | null): boolean =>
  actor.kind === 'SEAT' &&
  (hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR'], (objective ?? plan).networkIds) ||
    (objective !== null && leadsObjective(actor, plan, objective)));

const members: readonly Role[] = [
  'MEMBER_REP',
  'MEMBER_EDITOR',
  'EXPERT_GROUP_LEAD',
  'STEERING_COMMITTEE',
  'COORDINATOR',
];

/**
 * Taking a plan out as a file: members of its networks in every status; of one that is adopted also liaisons, observers and other networks' members who may read
 * it, and partner systems. Not who reads it only to keep it safe or running.
 */
export const mayExport = (actor: Actor, plan: PlanFacts): boolean => {
  if (!mayRead(actor, plan)) return false;
  if (actor.kind === 'PARTNER') return isPublished(plan);
  if (actor.kind !== 'SEAT' || actor.seatId === undefined) return false;
  if (hasRole(actor, members, plan.networkIds)) return true;
  return isPublished(plan) && hasRole(actor, [...members, 'UN_LIAISON', 'OBSERVER']);
};

/** Freezing a draft for review. */
export const maySubmit = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind === 'SEAT' && hasRole(actor, ['COORDINATOR'], plan.networkIds);

/** What is done with a plan under review or adopted: asking for changes, adopting by decision, archiving. */
export const mayConclude = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind === 'SEAT' && hasRole(actor, ['STEERING_COMMITTEE', 'COORDINATOR'], plan.networkIds);

/** Naming a version, or writing an old one's text back. */
export const mayKeepVersion = mayEditPlan;

/** Taking a text out of the document, its history and all copies; by an operator when somebody of its networks has asked. */
export const mayRedact = (actor: Actor, plan: PlanFacts, asked: Asked | null = null): boolean =>
  (actor.kind === 'SEAT' && hasRole(actor, ['SAFETY_OFFICER'], plan.networkIds)) || mayActAsAsked(actor, asked);

/** Another region's installation, by its key: it reads plans of its networks whole, to write them there too. */
export const mayReplicate = (actor: Actor, plan: Pick<PlanFacts, 'networkIds'>): boolean =>
  actor.kind === 'PARTNER' &&
  (actor.partner?.scopes.includes('plans:replicate') ?? false) &&
  plan.networkIds.every((id) => actor.partner?.networkIds.includes(id));
