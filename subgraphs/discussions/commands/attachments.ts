import { ulid } from 'ulid';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import type { LinkInput } from '../inputs.ts';
import { checkId, checkText, isBlank } from '../text.ts';

export const mostAttachments = 10; // files and links of one post

export interface Link {
  url: string;
  title: string;
  textAlternative: string;
  lowBandwidthUrl: string | null;
}

/** @throws Problem ValidationError */
export function checkAttachments(ids: readonly string[]): string[] {
  const unique = [...new Set(ids)];
  if (unique.length > mostAttachments) {
    throw invalid(`attachmentIds: at most ${mostAttachments}.`, 'input', 'attachmentIds');
  }
  for (const id of unique) checkId(id, 'input', 'attachmentIds');
  return unique;
}

/** @throws Problem ValidationError with the path of the field at fault */
export function checkLinks(links: readonly LinkInput[]): Link[] {
  if (links.length > mostAttachments) throw invalid(`links: at most ${mostAttachments}.`, 'input', 'links');
  return links.map(({ url, title, textAlternative, lowBandwidthUrl }, index) => {
    const path = ['input', 'links', `${index}`];
    const checked = {
      url: checkUrl(url, ...path, 'url'),
      title: checkLine(title, 200, ...path, 'title'),
      textAlternative: checkText(textAlternative, 1_000, ...path, 'textAlternative'),
      lowBandwidthUrl: lowBandwidthUrl == null ? null : checkUrl(lowBandwidthUrl, ...path, 'lowBandwidthUrl'),
    };
    if (isBlank(checked.textAlternative)) {
      throw invalid('textAlternative: say in words what is to be seen or heard there.', ...path, 'textAlternative');
    }
    return checked;
  });
}

/** One line that is not blank. @throws Problem ValidationError */
export function checkLine(text: string, limit: number, ...path: string[]): string {
  const line = checkText(text, limit, ...path)
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') throw invalid(`${path.at(-1)}: it is empty.`, ...path);
  return line;
}

/** An address that a browser may be sent to: no scripts, no logins. */
function checkUrl(text: string, ...path: string[]): string {
  const url = text.length <= 2_000 && !/[\p{Cc}\s]/u.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    throw invalid(
      `${path.at(-1)}: an address that begins with https:// or http://, at most 2,000 characters.`,
      ...path,
    );
  }
  return url.href;
}

/** Gives a post its files, which its author has uploaded for its thread, and its links. @throws Problem ValidationError */
export async function attach(
  tx: Transaction,
  post: { postId: string; threadId: string; seatId: string | null; at: Date },
  attachmentIds: readonly string[],
  links: readonly Link[],
): Promise<void> {
  if (attachmentIds.length > 0) {
    const [taken]: [unknown[], number] = await tx.manager.query(
      `UPDATE attachment SET post_id = $1, position = array_position($4::text[], id)
       WHERE id = ANY($4) AND thread_id = $2 AND seat_id = $3 AND post_id IS NULL AND kind = 'FILE' RETURNING id`,
      [post.postId, post.threadId, post.seatId, attachmentIds],
    );
    if (taken.length !== attachmentIds.length) {
      throw invalid(
        'attachmentIds: each is a file that your seat has uploaded for this thread, within a day, and that no post has yet.',
        'input',
        'attachmentIds',
      );
    }
  }
  for (const [index, link] of links.entries()) {
    await tx.manager.query(
      `INSERT INTO attachment (id, kind, thread_id, post_id, position, seat_id, name, text_alternative, url, low_bandwidth_url, created_at)
       VALUES ($1, 'LINK', $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        `attachment:${ulid()}`,
        post.threadId,
        post.postId,
        attachmentIds.length + index + 1,
        post.seatId,
        link.title,
        link.textAlternative,
        link.url,
        link.lowBandwidthUrl,
        post.at,
      ],
    );
  }
}
