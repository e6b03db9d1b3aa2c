import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, requireSeat } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { type Post, PostTranslation } from '../entities/post.ts';
import { mayPost } from '../policy.ts';
import type { RequestTranslationInput, TranslatePostInput } from '../post-inputs.ts';
import { bodyLimit, checkText, isBlank } from '../text.ts';
import { indexText } from '../words.ts';
import { findPost } from './find.ts';
import { noteChange } from './forget.ts';

const languageOf = (locale: string) => locale.split('-')[0] as string;

async function findForTranslation(tx: Transaction, actor: Actor, input: { postId: string; locale: string }) {
  const { post, thread } = await findPost(tx, actor, input.postId);
  const seatId = requireSeat(actor);
  if (!mayPost(actor, thread)) throw forbidden('You may read this thread but not take part in it.');
  if (post.deletedAt) throw invalid('postId: the post was deleted.', 'input', 'postId');
  if (input.locale === post.originalLocale || input.locale === languageOf(post.originalLocale)) {
    throw invalid('locale: the post was written in this language.', 'input', 'locale');
  }
  return { post, seatId };
}

/**
 * Gives a post in another language, or gives it better. Also in a locked thread: it says nothing new.
 * @returns the post's id
 * @throws Problem ForbiddenError, ValidationError; ConflictError when the post, or the translation, is no longer the one that was read
 */
export async function translatePost(
  tx: Transaction,
  actor: Actor,
  input: TranslatePostInput,
  at = new Date(),
): Promise<string> {
  const { post, seatId } = await findForTranslation(tx, actor, input);
  const text = checkText(input.text, bodyLimit, 'input', 'text');
  if (isBlank(text)) throw invalid('text: it is empty.', 'input', 'text');
  return once(tx, actor, 'translatePost', input, post.id, async () => {
    if (input.sourceVersion !== post.version) {
      throw conflict('The post was edited since you translated it: look at it again.', post.version);
    }
    const { locale } = input;
    const known = await tx.manager.findOneBy(PostTranslation, { postId: post.id, locale });
    if ((known?.version ?? null) !== (input.expectedVersion ?? null)) {
      throw conflict('Somebody has translated it meanwhile: look at that first.', known?.version ?? 0);
    }
    await tx.manager.upsert(
      PostTranslation,
      {
        postId: post.id,
        locale,
        text,
        sourceVersion: post.version,
        version: (known?.version ?? 0) + 1,
        seatId,
        writtenAt: at,
      },
      ['postId', 'locale'],
    );
    await tx.manager.query('DELETE FROM translation_request WHERE post_id = $1 AND locale = $2', [post.id, locale]);
    await indexText(tx.manager, post.id, locale, text);
    await noteChange(tx, post);
  });
}

/** Says that somebody would like to read a post in another language. Asked for twice it is asked for once. */
export async function requestTranslation(
  tx: Transaction,
  actor: Actor,
  input: RequestTranslationInput,
  at = new Date(),
): Promise<string> {
  const { post, seatId } = await findForTranslation(tx, actor, input);
  return once(tx, actor, 'requestTranslation', input, post.id, async () => {
    if (await hasFresh(tx, post, input.locale)) return;
    const asked: unknown[] = await tx.manager.query(
      `INSERT INTO translation_request (post_id, locale, seat_id, asked_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [post.id, input.locale, seatId, at],
    );
    if (asked.length > 0) await noteChange(tx, post);
  });
}

const hasFresh = (tx: Transaction, post: Post, locale: string): Promise<boolean> =>
  tx.manager.existsBy(PostTranslation, { postId: post.id, locale, sourceVersion: post.version });
