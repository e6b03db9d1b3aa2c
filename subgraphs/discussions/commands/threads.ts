import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid, type Localized, Problem } from '../../../kit/types.ts';
import { stub } from '../entities/stubs.ts';
import { type AnchorTypename, anchorTypes, Thread, type ThreadStatus } from '../entities/thread.ts';
import { threadStarted } from '../events.ts';
import type { AnchorInput, StartThreadInput } from '../inputs.ts';
import { type Circle, maySetThreadStatus, mayStartThread } from '../policy.ts';
import { bodyLimit, checkId, checkText, checkTexts, isBlank, titleLimit } from '../text.ts';
import { checkCircle } from './circle.ts';
import { findMeeting, findThread } from './find.ts';
import { type Past, seatOf } from './past.ts';
import { insertPost } from './posts.ts';

/**
 * Starts a thread, with its first post unless the body is empty, and says THREAD_STARTED once in each of its networks.
 * @returns the thread's id
 * @throws Problem ForbiddenError, or ValidationError with the path of the field at fault
 */
export async function startThread(
  tx: Transaction,
  actor: Actor,
  input: StartThreadInput,
  origin?: Past,
): Promise<string> {
  refuseOrigin(actor, origin);
  const circle = checkCircle({ ...input, bodyId: bodyOf(input) });
  if (!mayStartThread(actor, circle)) {
    throw forbidden('To start a thread you need a role that takes part in discussions in every network you name.');
  }
  const seatId = seatOf(actor, origin);
  const titles = checkTexts(input.title ?? [], titleLimit, 'input', 'title');
  const body = checkText(input.body, bodyLimit, 'input', 'body');
  if (Object.keys(titles).length === 0 && isBlank(body)) {
    throw invalid('body: a thread needs a title or a first post.', 'input', 'body');
  }
  const anchor = await checkAnchor(tx, actor, input.anchor, circle);

  return once(tx, actor, 'startThread', input, origin?.id ?? `thread:${ulid()}`, async (id) => {
    const at = origin?.at ?? new Date();
    const thread = Object.assign(stub(Thread, id), {
      ...circle,
      ...anchor,
      networkIds: [...circle.networkIds],
      titles: Object.keys(titles).length > 0 ? titles : null,
      sourceLocale: sourceOf(titles, input.locale),
      status: 'OPEN' as const,
      startedBySeatId: seatId,
      provenance: origin?.provenance ?? ('USER' as const),
      sourceUrl: origin?.sourceUrl ?? null,
      postCount: 0,
      createdAt: at,
      lastActivityAt: at,
    });
    await tx.manager.insert(Thread, thread);
    if (!isBlank(body)) await insertPost(tx, `post:${ulid()}`, thread.id, { body, locale: input.locale, seatId, at });
    tx.publish(threadStarted(thread));
  });
}

const bodyOf = ({ anchor, bodyId }: StartThreadInput): string | null => {
  if (anchor.typename !== 'Body') return bodyId ?? null;
  if (bodyId && bodyId !== anchor.id) throw invalid('bodyId: the anchor is another body.', 'input', 'bodyId');
  return anchor.id;
};

const sourceOf = (titles: Localized, locale: string) =>
  titles[locale] !== undefined ? locale : (Object.keys(titles)[0] ?? locale);

/** Whether an anchor of another subgraph exists is not known here; one of ours must be visible to who names it. */
async function checkAnchor(tx: Transaction, actor: Actor, anchor: AnchorInput, circle: Circle) {
  const at = (...path: string[]) => ['input', 'anchor', ...path];
  if (!Object.hasOwn(anchorTypes, anchor.typename)) {
    throw invalid(`typename: one of ${Object.keys(anchorTypes).join(', ')}.`, ...at('typename'));
  }
  const typename = anchor.typename as AnchorTypename;
  const id = checkId(anchor.id, ...at('id'));
  if (typename === 'Network' && !circle.networkIds.includes(id)) {
    throw invalid('id: the anchor is a network that networkIds does not name.', ...at('id'));
  }
  if (typename === 'Meeting') {
    await findMeeting(tx, actor, id).catch((error) => {
      throw error instanceof Problem ? invalid(`id: ${error.message}`, ...at('id')) : error;
    });
  }
  return {
    anchorTypename: typename,
    anchorId: id,
    anchorField: anchor.field == null ? null : checkText(anchor.field, 100, ...at('field')),
    anchorQuote: anchor.quote == null ? null : checkText(anchor.quote, 1_000, ...at('quote')),
  };
}

/** @throws Problem ForbiddenError */
export async function setThreadStatus(
  tx: Transaction,
  actor: Actor,
  input: { id: string; status: ThreadStatus },
): Promise<string> {
  const thread = await findThread(tx, actor, input.id);
  if (!maySetThreadStatus(actor, thread, input.status)) throw forbidden('You may not set this thread to that status.');
  // The status read above may be gone: who may only resolve and reopen must not undo a lock of this moment.
  const changed = await tx.manager.update(Thread, { id: thread.id, status: thread.status }, { status: input.status });
  if (!changed.affected) throw invalid('status: it was changed by someone else just now.', 'status');
  return thread.id;
}
