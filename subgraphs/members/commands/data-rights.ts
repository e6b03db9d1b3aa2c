import { randomInt } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import { type DataSubject, eraseRows } from '../../../kit/data-rights/rows.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import type { RequestDataExportInput, RequestErasureInput } from '../account-inputs.ts';
import { bumpRights } from './rights.ts';
import { requirePerson } from './sessions.ts';

const exportsADay = 5;
const confirmWithin = '15 minutes';
const tries = 5;
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'; // none that is read as another

const makeCode = () => Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');

/** Locks the person, so that what one person asks for comes one after another. */
async function findSubject(tx: Transaction, personId: string): Promise<DataSubject & { networkIds: string[] }> {
  const [person] = await tx.manager.query('SELECT subject FROM person WHERE id = $1 FOR UPDATE', [personId]);
  const seats: { id: string }[] = await tx.manager.query('SELECT id FROM seat WHERE person_id = $1 ORDER BY id', [
    personId,
  ]);
  const networks: { id: string }[] = await tx.manager.query(
    'SELECT DISTINCT network_id AS id FROM held_role WHERE person_id = $1 ORDER BY 1',
    [personId],
  );
  const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id);
  return { personId, subject: person.subject, seatIds: idsOf(seats), networkIds: idsOf(networks) };
}

const ask = (tx: Transaction, id: string, kind: 'EXPORT' | 'ERASURE', of: DataSubject) =>
  tx.manager.query(
    'INSERT INTO data_rights.request (id, kind, person_id, subject, seat_ids) VALUES ($1, $2, $3, $4, $5)',
    [id, kind, of.personId, of.subject, of.seatIds],
  );

/** Asks every subgraph for its part of what there is of the person. @returns the export's id: one that is under way, or a new one */
export async function requestDataExport(tx: Transaction, actor: Actor, input: RequestDataExportInput): Promise<string> {
  const personId = requirePerson(actor);
  const of = await findSubject(tx, personId);
  const recent: { id: string; ready_at: Date | null }[] = await tx.manager.query(
    `SELECT id, ready_at FROM data_export WHERE person_id = $1 AND requested_at > now() - interval '1 day'`,
    [personId],
  );
  const waiting = recent.find((row) => row.ready_at === null);
  return once(tx, actor, 'requestDataExport', input, waiting?.id ?? `export:${ulid()}`, async (id) => {
    if (waiting) return;
    if (recent.length >= exportsADay) throw invalid(`At most ${exportsADay} exports a day: take the last one.`);
    await tx.manager.query('INSERT INTO data_export (id, person_id) VALUES ($1, $2)', [id, personId]);
    await ask(tx, id, 'EXPORT', of);
    const target = { type: 'Person', id: personId };
    tx.audit({ actor, action: 'PERSON_EXPORTED', target, networkIds: [] });
  });
}

/** The first step: nothing is erased yet. @returns the erasure's id; its code is the person's to send back */
export async function askForErasure(tx: Transaction, actor: Actor, input: RequestErasureInput): Promise<string> {
  const personId = requirePerson(actor);
  return once(tx, actor, 'requestErasure', input, `erasure:${ulid()}`, async (id) => {
    await tx.manager.query('DELETE FROM erasure WHERE person_id = $1 AND confirmed_at IS NULL', [personId]);
    await tx.manager.query(
      `INSERT INTO erasure (id, person_id, code, confirm_before) VALUES ($1, $2, $3, now() + interval '${confirmWithin}')`,
      [id, personId, makeCode()],
    );
  });
}

/**
 * Counts a try, so that the code cannot be guessed: by a statement of its own, since a refusal is rolled back.
 * @returns the erasure's id
 * @throws Problem ValidationError when nothing waits for this code
 */
export async function checkConfirmation(source: DataSource, actor: Actor, confirm: string): Promise<string> {
  const personId = requirePerson(actor);
  const [rows]: [{ id: string; code: string }[]] = await source.query(
    `UPDATE erasure SET tries = tries + 1
     WHERE person_id = $1 AND confirmed_at IS NULL AND confirm_before > now() AND tries < $2 RETURNING id, code`,
    [personId, tries],
  );
  const [waiting] = rows;
  if (!waiting) throw invalid('confirm: nothing waits to be confirmed: ask again.', 'input', 'confirm');
  if (waiting.code !== confirm.trim().toUpperCase()) {
    throw invalid('confirm: not the confirmation code.', 'input', 'confirm');
  }
  return waiting.id;
}

/**
 * The second step: takes the person out of this subgraph at once, and asks the others to do so. Seats stay, vacant, under
 * their aliases; the person's id stays as a mark that says nothing. Nobody can sign in as the person any more.
 */
export async function erasePerson(tx: Transaction, actor: Actor, id: string): Promise<string> {
  const personId = requirePerson(actor);
  const of = await findSubject(tx, personId);
  const [confirmed] = await tx.manager.query(
    'UPDATE erasure SET confirmed_at = now(), code = NULL WHERE id = $1 AND confirmed_at IS NULL RETURNING id',
    [id],
  );
  if (confirmed.length === 0) return id;
  // An export that is under way is of nobody any more. Its request before its row, as who finishes it takes them.
  await tx.manager.query('DELETE FROM data_rights.request WHERE person_id = $1', [personId]);
  // unless the seat shows itself alone, its alias is what others read from now on
  await tx.manager.query(
    `UPDATE seat SET display_mode = 'SEAT_ALIAS' WHERE person_id = $1 AND display_mode = 'NAMED'`,
    [personId],
  );
  await eraseRows(tx.manager, of, ['person']);
  await tx.manager.query(
    `UPDATE person SET name = '', subject = $2, contact_channels = '[]', platform_operator = false, erased_at = now(),
       sessions_ended_at = clock_timestamp()
     WHERE id = $1`,
    [personId, `erased:${ulid()}`],
  );
  await ask(tx, id, 'ERASURE', of);
  await bumpRights(tx);
  tx.audit({ actor, action: 'PERSON_ERASED', target: { type: 'Person', id: personId }, networkIds: of.networkIds });
  return id;
}
