import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import type { CloseBreakGlassInput, OpenBreakGlassInput } from '../account-inputs.ts';
import { mayBreakGlass, mayCloseGlass } from '../account-policy.ts';
import { checkId, checkText } from './input.ts';
import { bumpRights } from './rights.ts';
import { requirePerson } from './sessions.ts';

const shortestReason = 20; // characters

/** Lets an operator read a network for some minutes, and tells the network why. @returns its id */
export async function openBreakGlass(tx: Transaction, actor: Actor, input: OpenBreakGlassInput): Promise<string> {
  if (!mayBreakGlass(actor)) throw forbidden('Only a platform operator breaks the glass.');
  const personId = requirePerson(actor);
  return once(tx, actor, 'openBreakGlass', input, `glass:${ulid()}`, async (id) => {
    const networkId = checkId(input.networkId, 'net', 'networkId');
    const [known] = await tx.manager.query('SELECT 1 FROM membership WHERE network_id = $1 LIMIT 1', [networkId]);
    if (!known) throw invalid('networkId: no such network, or nobody is in it.', 'input', 'networkId');
    const reason = checkText(input.reason, 1_000, 'reason');
    if (reason.length < shortestReason) {
      throw invalid(`reason: at least ${shortestReason} characters.`, 'input', 'reason');
    }
    const minutes = input.minutes ?? 60;
    if (minutes < 5 || minutes > 240) throw invalid('minutes: 5 to 240.', 'input', 'minutes');
    await tx.manager.query(
      `INSERT INTO break_glass (id, person_id, network_id, reason, ends_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(mins => $5))`,
      [id, personId, networkId, reason, minutes],
    );
    await bumpRights(tx);
    const target = { type: 'BreakGlass', id };
    const detail = `${minutes} minutes`;
    tx.audit({ actor, action: 'BREAK_GLASS_OPENED', target, networkIds: [networkId], detail, reason });
  });
}

/** Ends it before its time; the operator reads nothing more within a second. @returns its id */
export async function closeBreakGlass(tx: Transaction, actor: Actor, input: CloseBreakGlassInput): Promise<string> {
  const { breakGlassId: id } = input;
  const [glass] = await tx.manager.query(
    `SELECT person_id AS "personId", network_id AS "networkId", closed_at IS NULL AND ends_at > now() AS open
     FROM break_glass WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (!glass || !mayCloseGlass(actor, glass)) {
    throw invalid('breakGlassId: there is none, or it is not yours to end.', 'input', 'breakGlassId');
  }
  return once(tx, actor, 'closeBreakGlass', input, id, async () => {
    if (!glass.open) return;
    await tx.manager.query('UPDATE break_glass SET closed_at = now() WHERE id = $1', [id]);
    await bumpRights(tx);
    const target = { type: 'BreakGlass', id };
    tx.audit({ actor, action: 'BREAK_GLASS_CLOSED', target, networkIds: [glass.networkId] });
  });
}
