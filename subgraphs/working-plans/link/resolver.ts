import DataLoader from 'dataloader';
import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { Json } from '../../../kit/scalars.ts';
import type { PlansContext } from '../context.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import { mayOpenDocument, mayReplicate } from '../policy.ts';
import { PlanReplica, ReplicatedDocument, ReplicatedPlans } from './entities.ts';
import { listPlans, openForPeer, statesForPeer } from './offer.ts';
import type { States } from './states.ts';
import { readReplicas } from './store.ts';

/** What a peer's key may ask, besides `planEdits`. Nobody else is answered. */
@Resolver()
export class ReplicationResolver {
  @Query(() => ReplicatedPlans, {
    description:
      'For another installation with a key of scope `plans:replicate`: the plans of its networks. FORBIDDEN.',
  })
  async replicatedPlans(
    @Arg('region', () => String, { description: 'The installation that asks.' }) region: string,
    @Ctx() { actor, plans }: PlansContext,
  ): Promise<ReplicatedPlans> {
    if (!mayReplicate(actor, { networkIds: [] })) throw refusal();
    plans.links?.heard(region);
    return listPlans(plans, actor);
  }

  @Query(() => ReplicatedDocument, {
    nullable: true,
    description:
      'Where the edits alone no longer tell the document: after a redaction. Null: no such plan for this key.',
  })
  async replicatedDocument(
    @Arg('planId', () => ID) planId: string,
    @Ctx() { actor, plans }: PlansContext,
  ): Promise<ReplicatedDocument | null> {
    if (!mayReplicate(actor, { networkIds: [] })) throw refusal();
    return openForPeer(plans, actor, planId);
  }

  @Query(() => Json, {
    nullable: true,
    description: 'Statuses, milestones reached and values measured: rows by table. Null: no such plan for this key.',
  })
  async replicatedStates(
    @Arg('planId', () => ID) planId: string,
    @Ctx() { actor, plans }: PlansContext,
  ): Promise<States | null> {
    if (!mayReplicate(actor, { networkIds: [] })) throw refusal();
    return statesForPeer(plans, actor, planId);
  }
}

const refusal = () =>
  new ApiError('FORBIDDEN', 'This is for other installations, with a key of scope plans:replicate.');

@Resolver(() => WorkingPlan)
export class ReplicaResolver {
  @FieldResolver(() => String, { description: 'The region that decides its status, owners and epoch.' })
  homeRegion(@Root() { view }: WorkingPlan, @Ctx() { plans }: PlansContext): string {
    return view.plan.homeRegion ?? plans.region;
  }

  @FieldResolver(() => [PlanReplica], {
    description: 'The other regions that this one exchanges its edits with; for readers of its owner networks.',
  })
  @Directive('@listSize(assumedSize: 2)')
  replicas(@Root() { view }: WorkingPlan, @Ctx() context: PlansContext): Promise<PlanReplica[]> | PlanReplica[] {
    return mayOpenDocument(context.actor, view.plan) ? loaderOf(context).load(view.plan.id) : [];
  }
}

const byRequest = new WeakMap<object, DataLoader<string, PlanReplica[]>>();

/** One statement a request, however many plans. */
function loaderOf({ plans, loaders }: PlansContext): DataLoader<string, PlanReplica[]> {
  let loader = byRequest.get(loaders);
  if (!loader) {
    loader = new DataLoader((ids) => readReplicas(plans.database.source, ids));
    byRequest.set(loaders, loader);
  }
  return loader;
}
