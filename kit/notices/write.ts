import { ulid } from 'ulid';
import type { Role, Visibility } from '../context.ts';
import type { Localized } from '../types.ts';

export const noticeKinds = ['MENTION', 'ASSIGNED', 'DECISION_WAITS', 'LATE'] as const;
export type NoticeKind = (typeof noticeKinds)[number];
export const noticeTargets = ['Post', 'Decision', 'Activity', 'Milestone'] as const;
export type NoticeTargetName = (typeof noticeTargets)[number];

/** Something that somebody is to be told of, as a subgraph says it. */
export interface SaidNotice {
  kind: NoticeKind;
  /** Told once: an equal one of the same subgraph does nothing while this one is open. */
  key: string;
  target: { type: NoticeTargetName; id: string };
  /** The thread, decision or plan that the target is of. */
  aboutId: string;
  /** Who may read the target; asked again whenever the notice is listed or mailed. */
  networkIds: readonly string[];
  visibility: Visibility;
  bodyIds?: readonly string[];
  /** Seats; or all of an organisation's; or those with one of these roles in one of the networks, of a body only its own. */
  to:
    | { seatIds: readonly string[] }
    | { organisationId: string }
    | { roles: readonly Role[]; bodyId: string | null; exceptOrganisationIds?: readonly string[] };
  titles: Localized | null;
  sourceLocale: string;
  /** What was written, for those who want it in their mail. At most 280 characters are kept. */
  excerpt?: { text: string; locale: string };
  /** YYYY-MM-DD: a LATE one is told to each reader once that day is over where he is. */
  dueOn?: string;
  dueAt?: Date;
  at?: Date;
}

/** Hint channel: "somebody is to be told something"; the payload is empty. */
export const noticesChannel = 'notices';

const longest = 280; // characters

/** Whole characters only, on one line, with a sign that there is more. Of what no database takes, nothing. */
export function excerptOf(text: string): string {
  const characters = [...text.replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim()];
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

const titlesOf = (titles: Localized | null): Localized | null =>
  titles && Object.fromEntries(Object.entries(titles).map(([locale, text]) => [locale, excerptOf(text)]));

type Query = (sql: string, parameters: unknown[]) => Promise<unknown>;

/** Writes notices, in the order of their keys: two transactions that say the same cannot wait for each other. */
export async function addNotices(
  query: Query,
  notices: readonly SaidNotice[],
  newId: () => string = ulid,
): Promise<void> {
  if (notices.length === 0) return;
  const entries = notices.map(({ to, excerpt, ...notice }) => ({
    id: newId(),
    key: notice.key,
    kind: notice.kind,
    target_type: notice.target.type,
    target_id: notice.target.id,
    about_id: notice.aboutId,
    network_ids: notice.networkIds,
    visibility: notice.visibility,
    body_ids: notice.bodyIds ?? [],
    to_seat_ids: 'seatIds' in to ? to.seatIds : [],
    to_organisation_id: 'organisationId' in to ? to.organisationId : null,
    to_roles: 'roles' in to ? to.roles : [],
    to_body_id: 'roles' in to ? to.bodyId : null,
    done_organisation_ids: ('roles' in to && to.exceptOrganisationIds) || [],
    titles: titlesOf(notice.titles),
    source_locale: notice.sourceLocale,
    excerpt: excerpt ? excerptOf(excerpt.text) : null,
    excerpt_locale: excerpt?.locale ?? null,
    due_on: notice.dueOn ?? null,
    due_at: notice.dueAt?.toISOString() ?? null,
    at: notice.at?.toISOString() ?? null,
  }));
  await query('SELECT notices.add($1::jsonb)', [JSON.stringify(entries)]);
}

/** What they ask for is done, or asked no more: they are mailed no more, and their keys may be told again. */
export const settleNotices = (query: Query, keys: readonly string[]): Promise<unknown> =>
  query('SELECT notices.settle_keys($1)', [keys]);

/** The same of all of a kind about one thing. @param organisationId for its seats alone; null: for all */
export const settleNoticesAbout = (
  query: Query,
  aboutId: string,
  kind: NoticeKind,
  organisationId: string | null = null,
): Promise<unknown> => query('SELECT notices.settle_about($1, $2, $3)', [aboutId, kind, organisationId]);

/** Takes titles and excerpts out of what was said about a thread, a decision or a plan. */
export const forgetNotices = (query: Query, id: string): Promise<unknown> => query('SELECT notices.forget($1)', [id]);

/** What the target says now. */
export const rewordNotices = (query: Query, targetId: string, text: string): Promise<unknown> =>
  query('SELECT notices.reword($1, $2)', [targetId, excerptOf(text)]);

/** Takes back what was said of a target that is there no more. */
export const withdrawNotices = (query: Query, targetId: string): Promise<unknown> =>
  query('SELECT notices.forget($1), notices.withdraw($1)', [targetId]);
