import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { findClaim, once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Seat, SeatOffer } from '../entities/seat.ts';
import type { AnswerOfferInput, OfferSeatInput } from '../inputs.ts';
import { mayEndSeat } from '../policy/seats.ts';
import { checkSubject, enterPerson } from './persons.ts';
import { bumpRights } from './rights.ts';
import { findOrganisation, lockSeat, requireOwnHome, sayActed } from './seats.ts';

const openFor = 30 * 24 * 60 * 60 * 1000; // ms that an offer stands

/**
 * Holds a vacant seat open for somebody. Nobody is put into a seat: whom the subject names accepts, under the name he gives
 * himself. An offer that stood before is withdrawn. @returns the seat's id @throws Problem
 */
export async function offerSeat(
  tx: Transaction,
  actor: Actor,
  input: OfferSeatInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'offerSeat', input, input.seatId, async () => {
    const seat = await lockSeat(tx, input.seatId, 'input');
    if (!mayEndSeat(actor, seat)) throw forbidden('A seat is offered by a seat that speaks for its organisation.');
    await requireOwnHome(tx, seat.organisationId);
    if (seat.endedAt !== null) throw invalid('seatId: this seat has ended.', 'input', 'seatId');
    if (seat.personId !== null) throw invalid('seatId: somebody sits there (vacateSeat).', 'input', 'seatId');
    await insertOffer(tx, actor, seat.id, checkSubject(input.subject, 'input', 'subject'), now());
  });
}

export async function insertOffer(tx: Transaction, actor: Actor, seatId: string, subject: string, at: Date) {
  await closeOffers(tx, seatId, at);
  await tx.manager.insert(SeatOffer, {
    id: `offer:${ulid()}`,
    seatId,
    subject,
    offeredBySeatId: actor.seatId ?? null,
    offeredAt: at,
    expiresAt: new Date(at.getTime() + openFor),
  });
  await bumpRights(tx); // whom it is offered to may sign in now
}

/** Who accepted stands in the seat; of any other answer nothing but that there was one is kept. */
export async function closeOffers(tx: Transaction, seatId: string, at: Date): Promise<void> {
  await tx.manager.query(
    `UPDATE seat_offer SET answer = 'WITHDRAWN', answered_at = $2, subject = '' WHERE seat_id = $1 AND answer IS NULL`,
    [seatId, at],
  );
}

/** To whom an offer was made that has expired is forgotten. Any number of processes may do so at once. */
export const forgetExpiredOffers = (tx: Transaction, at: Date): Promise<unknown> =>
  tx.manager.query(
    `UPDATE seat_offer SET answer = 'WITHDRAWN', answered_at = expires_at, subject = ''
     WHERE id IN (SELECT id FROM seat_offer WHERE answer IS NULL AND expires_at <= $1 FOR UPDATE SKIP LOCKED)`,
    [at],
  );

/** Takes or refuses a seat that is offered to who signs in. @returns the seat's id @throws Problem */
export async function answerSeatOffer(
  tx: Transaction,
  actor: Actor,
  input: AnswerOfferInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  if (actor.kind !== 'SEAT' && actor.kind !== 'PERSON') throw forbidden('Seats are for persons.');
  const at = now();
  const { offerId, accept } = input;
  // Of an offer that was declined it is not kept to whom it was made: a repeated answer is known by its own id.
  const done = await findClaim(tx.manager, actor, 'answerSeatOffer', input);
  if (done !== undefined) return done;
  const [known] = await tx.manager.query('SELECT seat_id AS "seatId" FROM seat_offer WHERE id = $1 AND subject = $2', [
    offerId,
    actor.subject,
  ]);
  if (!known) throw invalid('offerId: no such offer to you.', 'input', 'offerId');
  return once(tx, actor, 'answerSeatOffer', input, known.seatId, async () => {
    const seat = await lockSeat(tx, known.seatId, 'input'); // first the seat, then its offers, as offerSeat does
    await requireOwnHome(tx, seat.organisationId);
    const offer = await tx.manager.findOneBy(SeatOffer, { id: offerId, subject: actor.subject });
    if (!offer || offer.answer !== null || offer.expiresAt <= at || seat.endedAt !== null) {
      throw invalid('offerId: this offer stands no more.', 'input', 'offerId');
    }
    const answer = accept ? ('ACCEPTED' as const) : ('DECLINED' as const);
    await tx.manager.update(SeatOffer, { id: offerId }, { answer, answeredAt: at, ...(!accept && { subject: '' }) });
    if (accept) {
      const personId = await enterPerson(tx, actor, input.yourName);
      await tx.manager.update(Seat, { id: seat.id }, { personId, version: seat.version + 1 });
      sayActed(tx, actor, 'SEAT_CHANGED', seat.id, await findOrganisation(tx, seat.organisationId), 'TAKEN');
    }
    await bumpRights(tx);
  });
}
