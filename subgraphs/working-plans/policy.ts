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

/** Readers of an owner network's NETWORK records: not observers, partners or operators. They see all of a plan, in every status. */
export const mayOpenDocument = (actor: Actor, plan: PlanFacts): boolean =>
  actor.kind === 'SYSTEM' ||
  (actor.kind === 'SEAT' && readableNetworks(actor).some((network) => plan.networkIds.includes(network)));

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
