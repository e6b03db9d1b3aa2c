import { randomInt } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { invalid } from '../../../kit/types.ts';
import type { ConfirmMailAddressInput, SetMailAddressInput } from '../account-inputs.ts';
import { requirePerson } from './sessions.ts';

const codesADay = 5;
const confirmWithin = '1 hour';
const tries = 5;
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'; // none that is read as another

const makeCode = () => Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');

/** @throws Problem ValidationError unless mail can be sent to it */
function checkAddress(value: string): string {
  const text = value.trim();
  // One address, as a server takes it: no name, no list, no line of its own in a header.
  const known = /^[^\s@<>"(),:;[\]\\\p{Cc}]{1,64}@[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}-]{2,}$/u;
  if (text.length <= 200 && known.test(text)) return text;
  throw invalid('address: as in name@example.org.', 'input', 'address');
}

/**
 * Notes where the person wants mail, and has a code mailed there; until that is confirmed, the address of before stays. Null forgets all of it.
 * @param isMailed whether this installation mails anything: else an address would be kept for nothing
 * @throws Problem ForbiddenError, ValidationError
 */
export async function setMailAddress(
  tx: Transaction,
  actor: Actor,
  input: SetMailAddressInput,
  isMailed: boolean,
): Promise<string> {
  const personId = requirePerson(actor);
  const address = input.address == null || input.address.trim() === '' ? null : checkAddress(input.address);
  if (address !== null && !isMailed) throw invalid('This installation mails nothing.', 'input', 'address');
  // Not hashed into the claim, from which it could be guessed when it is to be forgotten.
  const named: SetMailAddressInput = { ...input, address: null };
  return once(tx, actor, 'setMailAddress', named, personId, async () => {
    if (address === null) {
      await tx.manager.query('DELETE FROM mail_address WHERE person_id = $1', [personId]);
      return;
    }
    const set: unknown[] = await tx.manager.query(
      `INSERT INTO mail_address AS m (person_id, pending, code, confirm_before, codes_on, codes)
       VALUES ($1, $2, $3, now() + interval '${confirmWithin}', current_date, 1)
       ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending, code = excluded.code, code_mailed_at = NULL,
         confirm_before = excluded.confirm_before, tries = 0, codes_on = excluded.codes_on, retry_at = NULL,
         codes = CASE WHEN m.codes_on = excluded.codes_on THEN m.codes + 1 ELSE 1 END
       WHERE m.codes_on IS DISTINCT FROM excluded.codes_on OR m.codes < $4 RETURNING 1`,
      [personId, address, makeCode(), codesADay],
    );
    // Nobody fills somebody else's mailbox with codes.
    if (set.length === 0) throw invalid(`address: at most ${codesADay} codes a day.`, 'input', 'address');
  });
}

/**
 * Counts a try, so that the code cannot be guessed: by a statement of its own, since a refusal is rolled back.
 * @throws Problem ValidationError when nothing waits for this code
 */
export async function checkMailCode(source: DataSource, actor: Actor, code: string): Promise<void> {
  const personId = requirePerson(actor);
  const [rows]: [{ code: string }[]] = await source.query(
    `UPDATE mail_address SET tries = tries + 1
     WHERE person_id = $1 AND code IS NOT NULL AND confirm_before > now() AND tries < $2 RETURNING code`,
    [personId, tries],
  );
  const [waiting] = rows;
  if (!waiting) throw invalid('code: nothing waits to be confirmed: set the address again.', 'input', 'code');
  if (waiting.code !== code.trim().toUpperCase()) throw invalid('code: not the one that was mailed.', 'input', 'code');
}

/** From here on notices are mailed to it; those of before are not. The code has been checked. */
export async function confirmMailAddress(
  tx: Transaction,
  actor: Actor,
  input: ConfirmMailAddressInput,
  now = new Date(),
): Promise<string> {
  const personId = requirePerson(actor);
  return once(tx, actor, 'confirmMailAddress', input, personId, () =>
    tx.manager.query(
      `UPDATE mail_address SET address = pending, confirmed_at = $3, mailed_since = coalesce(mailed_since, $3), digest_at = coalesce(digest_at, $3), pending = NULL, code = NULL,
         confirm_before = NULL, failures = 0, failing_since = NULL, retry_at = NULL
       WHERE person_id = $1 AND code = $2`,
      [personId, input.code.trim().toUpperCase(), now],
    ),
  );
}
