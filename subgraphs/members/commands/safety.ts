import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Organisation } from '../entities/organisation.ts';
import { Seat } from '../entities/seat.ts';
import type { AskToFreezeSeatInput, FreezeSeatInput, SeatInput, TriggerSafetyLockInput } from '../inputs.ts';
import { type Asked, mayAskToFreeze, mayFreeze, mayLift, mayLock } from '../policy/seats.ts';
import { homeNetworksOf } from '../policy.ts';
import { checkOptionalText, checkText } from './input.ts';
import { sayChanged, sayCountry } from './organisations.ts';
import { bumpRights } from './rights.ts';
import { findOrganisation, lockSeat } from './seats.ts';

/**
 * Hides a seat's organisation at once: all but itself and the safety officers of its networks read "Member organisation". With
 * `freezeSeat` the seat has no rights either, and its sessions end within a second. @returns the seat's id @throws Problem
 */
export async function triggerSafetyLock(
  tx: Transaction,
  actor: Actor,
  input: TriggerSafetyLockInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'triggerSafetyLock', input, input.seatId, async () => {
    const { seat, organisation } = await lockBoth(tx, input.seatId);
    if (!mayLock(actor, seat, organisation)) {
      throw forbidden('An organisation is locked by a seat of its own, or by a safety officer of its networks.');
    }
    if (input.freezeSeat && actor.seatId !== seat.id && !mayFreeze(actor, seat)) {
      throw forbidden('A seat is frozen by who sits in it, or by a safety officer of its networks.');
    }
    const reason = checkOptionalText(input.reason, 1_000, 'reason');
    if (!organisation.safetyLocked) {
      const version = organisation.version + 1;
      await tx.manager.update(
        Organisation,
        { id: organisation.id },
        { safetyLocked: true, lockedBySeatId: actor.seatId ?? null, lockReason: reason, version },
      );
      await sayCountry(tx, { ...organisation, safetyLocked: true });
      sayChanged(tx, { ...organisation, safetyLocked: true, version });
    }
    if (input.freezeSeat && seat.frozenAt === null) await freeze(tx, actor, seat, reason, now());
    await bumpRights(tx);
    audit(tx, actor, 'SAFETY_LOCKED', seat, organisation, input.freezeSeat ? 'LOCK FREEZE' : 'LOCK', reason);
  });
}

/** Shows the organisation again. @returns the seat's id @throws Problem */
export async function liftSafetyLock(tx: Transaction, actor: Actor, input: SeatInput): Promise<string> {
  return once(tx, actor, 'liftSafetyLock', input, input.seatId, async () => {
    const { seat, organisation } = await lockBoth(tx, input.seatId);
    const [by] = organisation.lockedBySeatId
      ? await tx.manager.query('SELECT organisation_id AS id FROM seat WHERE id = $1', [organisation.lockedBySeatId])
      : [];
    const officers = await tx.manager.query(
      `SELECT 1 FROM held_role WHERE role = 'SAFETY_OFFICER' AND effective AND network_id = ANY($1) LIMIT 1`,
      [homeNetworksOf(organisation)],
    );
    const lock = { setByOwnSeat: by?.id === organisation.id, hasSafetyOfficer: officers.length > 0 };
    if (!mayLift(actor, organisation, lock)) {
      throw forbidden('A lock is lifted by a safety officer of the networks of the organisation.');
    }
    if (!organisation.safetyLocked) throw invalid('seatId: its organisation is not locked.', 'input', 'seatId');
    const version = organisation.version + 1;
    await tx.manager.update(
      Organisation,
      { id: organisation.id },
      { safetyLocked: false, lockedBySeatId: null, lockReason: null, version },
    );
    await sayCountry(tx, { ...organisation, safetyLocked: false });
    sayChanged(tx, { ...organisation, safetyLocked: false, version });
    await bumpRights(tx);
    audit(tx, actor, 'SAFETY_UNLOCKED', seat, organisation, 'LOCK', null);
  });
}

/** Asks that a seat be frozen, or given back. The request is its entry in the audit log. @returns the seat's id @throws Problem */
export async function askToFreezeSeat(tx: Transaction, actor: Actor, input: AskToFreezeSeatInput): Promise<string> {
  return once(tx, actor, 'askToFreezeSeat', input, input.seatId, async () => {
    const { seat } = await lockBoth(tx, input.seatId);
    if (!mayAskToFreeze(actor, seat)) throw forbidden('A coordinator of its networks asks for it.');
    if ((seat.frozenAt !== null) !== (input.lift ?? false)) {
      throw invalid(`seatId: it is ${input.lift ? 'not' : 'already'} frozen.`, 'input', 'seatId');
    }
    const reason = checkText(input.reason, 1_000, 'reason');
    const target = { type: 'Seat', id: seat.id };
    const detail = input.lift ? 'LIFT' : 'FREEZE';
    tx.audit({ actor, action: 'FREEZE_ASKED', target, networkIds: seat.homeNetworkIds, detail, reason });
  });
}

/** The newest request of the last 24 hours that nothing has been done about since. */
async function findRequest(tx: Transaction, seat: Seat, detail: 'FREEZE' | 'LIFT'): Promise<Asked | null> {
  const [last]: (Asked & { action: string; detail: string })[] = await tx.manager.query(
    `SELECT action, detail, actor_person_id AS "askedByPersonId" FROM audit.entry
     WHERE target_type = 'Seat' AND target_id = $1 AND network_id = ANY($2) AND at > now() - interval '24 hours'
       AND action IN ('FREEZE_ASKED', 'SAFETY_LOCKED', 'SAFETY_UNLOCKED') AND detail ~ 'FREEZE|LIFT'
     ORDER BY at DESC, position DESC LIMIT 1`,
    [seat.id, seat.homeNetworkIds],
  );
  return last?.action === 'FREEZE_ASKED' && last.detail === detail ? last : null;
}

/** Stops a seat: it has no rights, and its sessions end within a second. @returns its id @throws Problem */
export async function freezeSeat(
  tx: Transaction,
  actor: Actor,
  input: FreezeSeatInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'freezeSeat', input, input.seatId, async () => {
    const { seat, organisation } = await lockBoth(tx, input.seatId);
    if (!mayFreeze(actor, seat, await findRequest(tx, seat, 'FREEZE'))) {
      throw forbidden('A seat is frozen by a safety officer of its networks, or by an operator who was asked to.');
    }
    if (seat.frozenAt !== null) throw invalid('seatId: it is frozen.', 'input', 'seatId');
    const reason = checkText(input.reason, 1_000, 'reason');
    await freeze(tx, actor, seat, reason, now());
    await bumpRights(tx);
    audit(tx, actor, 'SAFETY_LOCKED', seat, organisation, 'FREEZE', reason);
  });
}

/** The seat has its rights again. @returns its id @throws Problem */
export async function unfreezeSeat(tx: Transaction, actor: Actor, input: SeatInput): Promise<string> {
  return once(tx, actor, 'unfreezeSeat', input, input.seatId, async () => {
    const { seat, organisation } = await lockBoth(tx, input.seatId);
    if (!mayFreeze(actor, seat, await findRequest(tx, seat, 'LIFT'))) {
      throw forbidden('A seat is given back by a safety officer of its networks, or by an operator who was asked to.');
    }
    if (seat.frozenAt === null) throw invalid('seatId: it is not frozen.', 'input', 'seatId');
    const version = seat.version + 1;
    await tx.manager.update(
      Seat,
      { id: seat.id },
      { frozenAt: null, frozenBySeatId: null, freezeReason: null, version },
    );
    await bumpRights(tx);
    audit(tx, actor, 'SAFETY_UNLOCKED', seat, organisation, 'FREEZE', null);
  });
}

const freeze = (tx: Transaction, actor: Actor, seat: Seat, reason: string | null, at: Date) =>
  tx.manager.update(
    Seat,
    { id: seat.id },
    { frozenAt: at, frozenBySeatId: actor.seatId ?? null, freezeReason: reason, version: seat.version + 1 },
  );

/** The seat, then its organisation, as every command here takes them. */
async function lockBoth(tx: Transaction, seatId: string): Promise<{ seat: Seat; organisation: Organisation }> {
  const seat = await lockSeat(tx, seatId, 'input');
  await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [seat.organisationId]);
  const organisation = (await findOrganisation(tx, seat.organisationId)) as Organisation;
  // The networks whose safety officers watch over it, as the loader has them: an officer of any other has no say.
  const member = organisation.standing.filter((m) => m.status === 'ACTIVE' || m.status === 'SUSPENDED');
  const held: { id: string }[] = await tx.manager.query(
    'SELECT DISTINCT network_id AS id FROM held_role WHERE seat_id = $1',
    [seatId],
  );
  const isHome = (id: string) =>
    member.length > 0 ? member.some((m) => m.networkId === id) : (organisation.relationNetworkId ?? id) === id;
  seat.networkIds = held.map(({ id }) => id);
  seat.homeNetworkIds = seat.networkIds.filter(isHome);
  return { seat, organisation };
}

function audit(
  tx: Transaction,
  actor: Actor,
  action: 'SAFETY_LOCKED' | 'SAFETY_UNLOCKED',
  seat: Seat,
  organisation: Organisation,
  detail: string,
  reason: string | null,
): void {
  const networkIds = [...new Set([...seat.homeNetworkIds, ...homeNetworksOf(organisation)])];
  tx.audit({ actor, action, target: { type: 'Seat', id: seat.id }, networkIds, detail, reason });
}
