import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { conflict, invalid } from '../../../kit/types.ts';
import type { SetNotificationsInput } from '../account-inputs.ts';
import { readNotifications } from '../accounts.ts';
import { checkTimeZone } from './input.ts';
import { requirePerson } from './sessions.ts';

/** @throws Problem ValidationError naming the field; ConflictError when they were set meanwhile */
export async function setNotifications(tx: Transaction, actor: Actor, input: SetNotificationsInput): Promise<string> {
  const personId = requirePerson(actor);
  const { digestHourLocal: hour } = input;
  const timeZone = input.timeZone == null ? null : checkTimeZone(input.timeZone);
  if (hour != null && (hour < 0 || hour > 23)) throw invalid('digestHourLocal: 0 to 23.', 'input', 'digestHourLocal');
  return once(tx, actor, 'setNotifications', input, personId, async () => {
    // two that set them at once take turns, also where there is no row yet
    await tx.manager.query('SELECT FROM person WHERE id = $1 FOR UPDATE', [personId]);
    const now = await readNotifications(tx.manager, personId);
    if (now.version !== input.expectedVersion) throw conflict('They were set meanwhile: read them again.', now.version);
    await tx.manager.query(
      `INSERT INTO notification_setting
         (person_id, digest, digest_hour_local, time_zone, include_content, mentions_immediate, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (person_id) DO UPDATE SET digest = excluded.digest, digest_hour_local = excluded.digest_hour_local,
         time_zone = excluded.time_zone, include_content = excluded.include_content,
         mentions_immediate = excluded.mentions_immediate, version = excluded.version`,
      [
        personId,
        input.digest ?? now.digest,
        hour ?? now.digestHourLocal,
        timeZone ?? now.timeZone,
        input.includeContent ?? now.includeContent,
        input.mentionsImmediate ?? now.mentionsImmediate,
        now.version + 1,
      ],
    );
  });
}
