import type { SaidNotice } from '../../kit/notices/write.ts';
import type { Decision, DecisionRound } from './entities/decision.ts';
import type { Thread } from './entities/thread.ts';
import { type Circle, voters } from './policy.ts';

/** What discussions tells people: see kit/notices. */

const circleOf = ({ networkIds, visibility, bodyId }: Circle) => ({
  networkIds,
  visibility,
  bodyIds: bodyId === null ? [] : [bodyId],
});

/** Seats are named in a post. */
export const mentioned = (
  thread: Thread,
  post: { id: string; body: string; locale: string; at: Date },
  seatIds: readonly string[],
): SaidNotice => ({
  ...circleOf(thread),
  kind: 'MENTION',
  key: `mention ${post.id}`,
  target: { type: 'Post', id: post.id },
  aboutId: thread.id,
  to: { seatIds },
  titles: thread.titles,
  sourceLocale: thread.sourceLocale,
  excerpt: { text: post.body, locale: post.locale },
  at: post.at,
});

/** A round waits for the positions of the organisations that have a voice in it. @param last it closes soon, and these have not spoken */
export const positionAwaited = (
  decision: Decision,
  round: Pick<DecisionRound, 'number' | 'closesAt'>,
  last?: { spoken: readonly string[] },
): SaidNotice => ({
  ...circleOf(decision),
  kind: 'DECISION_WAITS',
  key: `${decision.id} round ${round.number}${last ? ' closes' : ''}`,
  target: { type: 'Decision', id: decision.id },
  aboutId: decision.id,
  to: { roles: voters, bodyId: decision.bodyId, exceptOrganisationIds: last?.spoken ?? [] },
  titles: decision.titles,
  sourceLocale: Object.keys(decision.titles)[0] ?? 'en',
  dueAt: round.closesAt,
});
