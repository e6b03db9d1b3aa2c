import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Database, Transaction } from '../../../kit/database/open.ts';
import { isId, once, requireSeat } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { CleanFile } from '../attachments/clean.ts';
import type { Cleaner } from '../attachments/cleaner.ts';
import { kinds, nameFor, sniff } from '../attachments/kinds.ts';
import { Refusal } from '../attachments/refusal.ts';
import { Attachment, Upload } from '../entities/attachment.ts';
import { stub } from '../entities/stubs.ts';
import { mayDeletePost, mayPost } from '../policy.ts';
import type { FinishUploadInput, StartUploadInput, UploadPartInput } from '../post-inputs.ts';
import { checkText, isBlank } from '../text.ts';
import { checkLine } from './attachments.ts';
import { findPost, findThread } from './find.ts';
import { noteChange } from './forget.ts';

export const partBytes = 128 * 1024;
const mostBytes = 10 * 1024 * 1024; // of one file
const mostADay = 100 * 1024 * 1024; // of one seat
export const unclaimedFor = 24 * 3_600_000; // ms that an upload, or a file that no post has taken, is kept

export const partsOf = ({ size }: Upload): number => Math.ceil(size / partBytes);

function checkAlternative(text: string | null | undefined): string | null {
  const clean = checkText(text ?? '', 1_000, 'input', 'textAlternative');
  return isBlank(clean) ? null : clean;
}

/** @returns the upload's id @throws Problem ForbiddenError, ValidationError */
export async function startUpload(
  tx: Transaction,
  actor: Actor,
  input: StartUploadInput,
  at = new Date(),
): Promise<string> {
  const thread = await findThread(tx, actor, input.threadId);
  if (!mayPost(actor, thread)) throw forbidden('You may read this thread but not post in it.');
  const seatId = requireSeat(actor);
  const name = checkLine(input.name.replace(/^.*[\\/]/s, ''), 200, 'input', 'name');
  const size = input.bytes;
  if (size < 1 || size > mostBytes) throw invalid('bytes: between 1 and 10,485,760 (10 MiB).', 'input', 'bytes');
  const textAlternative = checkAlternative(input.textAlternative);
  return once(tx, actor, 'startUpload', input, `upload:${ulid()}`, async (id) => {
    // Two that begin at once are counted one after the other.
    await tx.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 4904824))', [seatId]);
    const [sum]: { bytes: string }[] = await tx.manager.query(
      'SELECT coalesce(sum(size), 0) AS bytes FROM upload WHERE seat_id = $1 AND created_at > $2',
      [seatId, new Date(at.getTime() - unclaimedFor)],
    );
    if (Number(sum?.bytes) + size > mostADay) {
      throw invalid('bytes: your seat has sent 100 MiB within a day: go on tomorrow.', 'input', 'bytes');
    }
    const about = { threadId: thread.id, seatId, name, size, textAlternative, attachmentId: null, createdAt: at };
    await tx.manager.insert(Upload, Object.assign(stub(Upload, id), about));
  });
}

/** An upload is its seat's own. @throws Problem ForbiddenError */
async function findUpload(tx: Transaction, actor: Actor, id: string, lock = false): Promise<Upload> {
  const seatId = requireSeat(actor);
  const query = tx.manager.createQueryBuilder(Upload, 'upload').where({ id: isId(id) ? id : '', seatId });
  const found = await (lock ? query.setLock('pessimistic_write') : query).getOne();
  if (!found) throw forbidden('There is no such upload of your seat, or its day is over.');
  return found;
}

/** Keeps a part. The same one again changes nothing. @returns the upload's id @throws Problem ForbiddenError, ValidationError */
export async function uploadPart(tx: Transaction, actor: Actor, input: UploadPartInput): Promise<string> {
  const upload = await findUpload(tx, actor, input.uploadId);
  const { number } = input;
  const last = partsOf(upload) - 1;
  if (number < 0 || number > last) throw invalid(`number: between 0 and ${last}.`, 'input', 'number');
  const bytes = Buffer.from(input.content, 'base64');
  const expected = number < last ? partBytes : upload.size - last * partBytes;
  if (bytes.length !== expected) {
    throw invalid(`content: part ${number} has ${expected} bytes, not ${bytes.length}.`, 'input', 'content');
  }
  if (upload.attachmentId !== null) return upload.id;
  await tx.manager.query(
    'INSERT INTO upload_part (upload_id, number, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [upload.id, number, bytes],
  );
  return upload.id;
}

/** Which parts are still to come. */
export async function missingParts(tx: Pick<Transaction, 'manager'>, upload: Upload): Promise<number[]> {
  if (upload.attachmentId !== null) return [];
  const rows: { number: number }[] = await tx.manager.query('SELECT number FROM upload_part WHERE upload_id = $1', [
    upload.id,
  ]);
  const there = new Set(rows.map(({ number }) => number));
  return Array.from({ length: partsOf(upload) }, (_, number) => number).filter((number) => !there.has(number));
}

/** An upload as it is shown to its seat. @throws Problem ForbiddenError */
export async function showUpload(tx: Transaction, actor: Actor, id: string): Promise<Upload> {
  const upload = await findUpload(tx, actor, id);
  return Object.assign(upload, { partBytes, missingParts: await missingParts(tx, upload) });
}

/**
 * Puts the parts together, cleans the file and keeps it for a post. No transaction is open while it is cleaned; who finishes twice gets the
 * same attachment.
 * @throws Problem ForbiddenError, ValidationError that says why the file is not taken
 */
export async function finishUpload(
  database: Database,
  cleaner: Cleaner,
  actor: Actor,
  input: FinishUploadInput,
  at = new Date(),
): Promise<Attachment> {
  const { upload, sent } = await database.transaction(async (tx) => {
    const upload = await findUpload(tx, actor, input.uploadId);
    const missing = await missingParts(tx, upload);
    if (missing.length > 0) {
      const named = missing.slice(0, 5).join(', ');
      throw invalid(`uploadId: parts are missing: ${named}${missing.length > 5 ? ', …' : ''}.`, 'input', 'uploadId');
    }
    const parts: { bytes: Buffer }[] = await tx.manager.query(
      'SELECT bytes FROM upload_part WHERE upload_id = $1 ORDER BY number',
      [upload.id],
    );
    return { upload, sent: Buffer.concat(parts.map(({ bytes }) => bytes)) };
  });
  const known = (id: string) => database.source.manager.findOneByOrFail(Attachment, { id });
  if (upload.attachmentId !== null) return known(upload.attachmentId);

  const textAlternative = checkAlternative(input.textAlternative) ?? upload.textAlternative;
  const looksLike = sniff(sent);
  if (textAlternative === null && (looksLike === 'jpeg' || looksLike === 'png' || looksLike === 'webp')) {
    throw invalid('textAlternative: say in words what is to be seen in the image.', 'input', 'textAlternative');
  }
  const { kind, bytes } = await cleanOrRefuse(cleaner, sent);
  const { mediaType } = kinds[kind];
  const id = await database.transaction(async (tx) => {
    const { attachmentId, name, threadId, seatId } = await findUpload(tx, actor, upload.id, true);
    if (attachmentId !== null) return attachmentId;
    const made = `attachment:${ulid()}`;
    await tx.manager.query(
      `INSERT INTO attachment (id, kind, thread_id, seat_id, name, media_type, size, content, text_alternative, created_at)
       VALUES ($1, 'FILE', $2, $3, $4, $5, $6, $7, $8, $9)`,
      [made, threadId, seatId, nameFor(kind, name), mediaType, bytes.length, bytes, textAlternative, at],
    );
    await tx.manager.query('DELETE FROM upload_part WHERE upload_id = $1', [upload.id]);
    await tx.manager.update(Upload, { id: upload.id }, { attachmentId: made });
    return made;
  });
  return known(id);
}

async function cleanOrRefuse(cleaner: Cleaner, sent: Uint8Array): Promise<CleanFile> {
  try {
    return await cleaner.clean(sent);
  } catch (error) {
    throw error instanceof Refusal ? invalid(error.message, 'input', 'uploadId') : error;
  }
}

/**
 * Takes a file or link away from one's own post, or a file that no post has taken.
 * @returns the post it belonged to
 * @throws Problem ForbiddenError
 */
export async function removeAttachment(tx: Transaction, actor: Actor, id: string): Promise<string | null> {
  const seatId = requireSeat(actor);
  const refusal = forbidden('There is no such file or link of a post of your seat.');
  const known = isId(id) && (await tx.manager.findOneBy(Attachment, { id, seatId }));
  if (!known) throw refusal;
  const found = known.postId === null ? undefined : await findPost(tx, actor, known.postId);
  if (found && !mayDeletePost(actor, found.post)) throw refusal;
  await tx.manager.query('DELETE FROM upload WHERE attachment_id = $1', [id]);
  await tx.manager.delete(Attachment, { id });
  if (found) await noteChange(tx, found.post);
  return known.postId;
}

/** Forgets uploads and files of which nothing came within a day. */
export async function forgetUnclaimed(database: Pick<Database, 'source'>, at = new Date()): Promise<void> {
  const before = new Date(at.getTime() - unclaimedFor);
  await database.source.query('DELETE FROM upload WHERE created_at < $1', [before]);
  await database.source.query('DELETE FROM attachment WHERE post_id IS NULL AND created_at < $1', [before]);
}
