import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { type Connection, checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateOnly, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { endOfDay, todayIn } from '../../../kit/zone.ts';
import type { PlansContext } from '../context.ts';
import { isIdLike } from '../document/outline.ts';
import { Activity, Objective, Outcome } from '../entities/nodes.ts';
import {
  ActivityProgress,
  PlanDeadline,
  PlanDeadlineConnection,
  PlanProgress,
  PlanWarning,
} from '../entities/progress.ts';
import { Organisation, stub } from '../entities/stubs.ts';
import { WorkingPlan } from '../entities/working-plan.ts';
import type { Loaders } from '../loaders.ts';
import { activitiesOf, countActivities } from '../progress/count.ts';
import { isLate, percentOf, progressOf } from '../progress/progress.ts';
import { warningsOf } from '../progress/warnings.ts';
import type { PlanView } from '../view.ts';

const today = () => new Date().toISOString().slice(0, 10);
const toProgress = (counted: Parameters<typeof progressOf>[0]) =>
  Object.assign(new PlanProgress(), progressOf(counted, today()));

@Resolver(() => Objective)
export class ObjectiveProgressResolver {
  @FieldResolver(() => PlanProgress, { description: 'Of the activities below it.' })
  async progress(@Root() { view, node }: Objective, @Ctx() { loaders }: PlansContext): Promise<PlanProgress> {
    return toProgress(
      await countActivities(
        loaders,
        view,
        node.outcomes.flatMap(({ activities }) => activities),
      ),
    );
  }
}

@Resolver(() => Outcome)
export class OutcomeProgressResolver {
  @FieldResolver(() => PlanProgress, { description: 'Of the activities below it.' })
  async progress(@Root() { view, node }: Outcome, @Ctx() { loaders }: PlansContext): Promise<PlanProgress> {
    return toProgress(await countActivities(loaders, view, node.activities));
  }
}

@Resolver(() => Activity)
export class ActivityProgressResolver {
  @FieldResolver(() => ActivityProgress, { nullable: true, description: 'By its status and its milestones.' })
  async progress(@Root() activity: Activity, @Ctx() { loaders }: PlansContext): Promise<ActivityProgress | null> {
    const live = await activity.live();
    if (!live) return null;
    const [counted] = await countActivities(loaders, live.view, [live.node]);
    const milestones = counted!.milestones.filter((one) => one !== 'DROPPED');
    return Object.assign(new ActivityProgress(), {
      percent: percentOf(counted!),
      milestonesReached: milestones.filter((one) => one === 'REACHED').length,
      milestonesTotal: milestones.length,
      isLate: isLate(counted!, today()),
    });
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When its last day is over in a time zone; null without `endsOn`.',
  })
  dueAt(
    @Root() { head }: Activity,
    @Arg('timeZone', () => String, { description: 'An IANA name: Africa/Kampala.' }) timeZone: string,
  ): Date | null {
    const end = endOfDay(head.endsOn ?? '2000-01-01', timeZone); // so that a zone that is none is told in any case
    return head.endsOn === null ? null : end;
  }
}

const bound = (name: string, value: number, least: number, most: number): number => {
  if (value < least || value > most) throw new ApiError('BAD_USER_INPUT', `${name}: between ${least} and ${most}.`);
  return value;
};

@Resolver(() => WorkingPlan)
export class PlanProgressResolver {
  @FieldResolver(() => PlanProgress)
  async progress(@Root() { view }: WorkingPlan, @Ctx() { loaders }: PlansContext): Promise<PlanProgress> {
    return toProgress(await countActivities(loaders, view));
  }

  @FieldResolver(() => [PlanWarning], {
    description: 'What in the plan may not hold, of activities that are open: too much for one owner first.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async warnings(
    @Root() { view }: WorkingPlan,
    @Arg('mostOpen', () => Int, { defaultValue: 6, description: 'Open activities of one organisation; 1 to 1,000.' })
    mostOpen: number,
    @Arg('mostDeadlines', () => Int, { defaultValue: 3, description: 'Its deadlines within `withinDays`; 1 to 1,000.' })
    mostDeadlines: number,
    @Arg('withinDays', () => Int, { defaultValue: 14, description: '1 to 366.' }) withinDays: number,
    @Ctx() { loaders }: PlansContext,
  ): Promise<PlanWarning[]> {
    bound('mostOpen', mostOpen, 1, 1_000);
    bound('mostDeadlines', mostDeadlines, 1, 1_000);
    bound('withinDays', withinDays, 1, 366);
    const bounds = { mostOpen, mostDeadlines, withinDays };
    const found = warningsOf(await countActivities(loaders, view), view.tree, bounds);
    return found.map(({ kind, organisationId, activities, from, to }) =>
      Object.assign(new PlanWarning(), {
        ...{ kind, from, to, count: activities.length },
        organisation: isIdLike(organisationId) ? stub(Organisation, { id: organisationId }) : null,
        activityIds: activities.slice(0, 100).map((key) => view.idOf({ key })),
      }),
    );
  }

  @FieldResolver(() => PlanDeadlineConnection, {
    description: 'Ends of activities and days of milestones, the earliest first.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async deadlines(
    @Root() { view }: WorkingPlan,
    @Arg('timeZone', () => String, { defaultValue: 'UTC', description: 'An IANA name: Africa/Kampala.' })
    timeZone: string,
    @Arg('locale', () => LocaleTag, { nullable: true, description: "Of the titles; else the plan's." })
    locale: string | null,
    @Arg('from', () => DateOnly, { nullable: true, description: 'On this day or later.' }) from: string | null,
    @Arg('to', () => DateOnly, { nullable: true, description: 'On this day or earlier.' }) to: string | null,
    @Arg('unfinished', () => Boolean, { nullable: true, description: 'Only what is not over.' })
    unfinished: boolean | null,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
    @Ctx() { plans, loaders }: PlansContext,
  ): Promise<Connection<PlanDeadline>> {
    checkFirst(first);
    const now = todayIn(timeZone, new Date());
    const cursors = plans.deadlineCursors(view.plan.id);
    const start = after == null ? null : cursors.decode(after);
    const all = (await readDeadlines(loaders, view, locale))
      .filter(({ dueOn, isOver }) => (!from || dueOn >= from) && (!to || dueOn <= to) && !(unfinished && isOver))
      .sort((a, b) => compare(positionOf(a), positionOf(b)));
    const rest = start === null ? all : all.filter((one) => compare(positionOf(one), start) > 0);
    for (const one of rest.slice(0, first)) {
      one.dueAt = endOfDay(one.dueOn, timeZone);
      one.isLate = !one.isOver && one.dueOn < now;
    }
    return toConnection(rest.slice(0, first + 1), first, after, cursors, positionOf);
  }
}

type Position = readonly [dueOn: string, nodeId: string];
const positionOf = ({ dueOn, nodeId }: PlanDeadline): Position => [dueOn, nodeId];
const compare = ([a, b]: Position, [c, d]: Position): number =>
  a === c ? (b < d ? -1 : b > d ? 1 : 0) : a < c ? -1 : 1;

async function readDeadlines(loaders: Loaders, view: PlanView, locale: string | null): Promise<PlanDeadline[]> {
  const { id } = view.plan;
  const found = await Promise.all(
    activitiesOf(view).map(async (activity) => {
      const { status } = await loaders.activityState(id, activity.key);
      const about = {
        activityId: view.idOf(activity),
        activityCode: activity.code,
        responsible: isIdLike(activity.responsible) ? stub(Organisation, { id: activity.responsible }) : null,
        ...{ dueAt: null, isLate: false },
      };
      const own: PlanDeadline = {
        ...about,
        kind: 'ACTIVITY',
        nodeId: about.activityId,
        title: view.text(activity.title, locale),
        dueOn: activity.endsOn ?? '',
        status,
        isOver: status === 'COMPLETED' || status === 'CANCELLED',
      };
      const milestones = await Promise.all(
        activity.milestones.map(async (milestone): Promise<PlanDeadline> => {
          const state = await loaders.milestoneState(id, milestone.key);
          return {
            ...about,
            kind: 'MILESTONE',
            nodeId: view.idOf(milestone),
            title: view.text(milestone.title, locale),
            dueOn: milestone.dueOn ?? '',
            status: state.status,
            isOver: state.status === 'REACHED' || state.status === 'DROPPED' || status === 'CANCELLED',
          };
        }),
      );
      return [own, ...milestones].filter(({ dueOn }) => dueOn !== '');
    }),
  );
  return found.flat().map((one) => Object.assign(new PlanDeadline(), one));
}
