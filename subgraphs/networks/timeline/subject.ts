import type { Actor } from '../../../kit/context.ts';
import { Activity, Decision, Meeting, Organisation, stub, WorkingPlan } from '../entities/foreign.ts';
import type { TimelineEntry, TimelineSubject } from '../entities/timeline.ts';
import type { Loaders } from '../loaders.ts';
import { maySeeCharterProposal, maySeeGuidelines } from '../policy.ts';

type About = typeof TimelineSubject;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What an entry is about: a row of ours, or the key of a thing of another subgraph, which shows of it what the reader may see. @returns null for what the graph has no entity for */
export async function loadSubject(
  { subject, data }: TimelineEntry,
  actor: Actor,
  loaders: Loaders,
): Promise<About | null> {
  const [kind, ...rest] = (subject ?? '').split('/');
  const id = rest.join('/');
  const of = <T extends { id: string }>(type: new () => T, key: string | undefined) => (key ? stub(type, key) : null);
  switch (kind) {
    case 'network':
      return loaders.network.load(id);
    case 'body':
      return loaders.body.load(id);
    case 'guidelines':
      return onlyIf(await loaders.guidelines.load(id), (row) => maySeeGuidelines(actor, row));
    case 'charter':
      return onlyIf(await loaders.charterProposal.load(id), (row) => maySeeCharterProposal(actor, row));
    case 'membership':
      return of(Organisation, text(data.organisationId));
    case 'workingplan':
      return of(WorkingPlan, id);
    case 'activity':
      return of(Activity, id);
    case 'milestone':
      return of(Activity, text(data.activityId));
    case 'meeting':
      return of(Meeting, id);
    case 'decision':
      return of(Decision, id);
    default:
      return null;
  }
}

/** An entry says that something happened; that the thing may be seen still is asked again. */
const onlyIf = <T>(row: T | null, maySee: (row: T) => boolean): T | null => (row !== null && maySee(row) ? row : null);
