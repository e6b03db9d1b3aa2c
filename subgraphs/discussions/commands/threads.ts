import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import { forbidden, invalid, type Localized } from '../../../kit/types.ts';
import { stub } from '../entities/stubs.ts';
import { Thread, type ThreadStatus } from '../entities/thread.ts';
import { threadStarted } from '../events.ts';
import type { StartThreadInput } from '../inputs.ts';
import { maySetThreadStatus, mayStartThread } from '../policy.ts';
import { bodyLimit, checkText, checkTexts, isBlank, titleLimit } from '../text.ts';
import { checkAnchor, threadAnchors } from './anchor.ts';
import { checkCircle } from './circle.ts';
import { findThread } from './find.ts';
import { type Past, seatOf } from './past.ts';
import { insertPost, spokenIn } from './posts.ts';

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
  const { field, quote } = input.anchor;
  const { typename, id: anchorId } = await checkAnchor(
    tx,
    actor,
    input.anchor,
    circle,
    threadAnchors,
    'input',
    'anchor',
  );
  const anchor = {
    anchorTypename: typename,
    anchorId,
    anchorField: field == null ? null : checkText(field, 100, 'input', 'anchor', 'field'),
    anchorQuote: quote == null ? null : checkText(quote, 1_000, 'input', 'anchor', 'quote'),
  };

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
      changeCount: 0,
      createdAt: at,
      lastActivityAt: at,
    });
    await tx.manager.insert(Thread, thread);
    const networkIds = spokenIn(actor, thread.networkIds);
    const { locale } = input;
    if (!isBlank(body)) await insertPost(tx, `post:${ulid()}`, thread.id, { body, locale, seatId, at, networkIds });
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
