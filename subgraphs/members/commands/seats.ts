import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { selectOrganisation } from '../columns.ts';
import type { Organisation } from '../entities/organisation.ts';
import { Seat } from '../entities/seat.ts';
import type { CreateSeatInput, SeatInput, UpdateSeatInput } from '../inputs.ts';
import { mayChangeSeat, mayCreateSeat, mayEndSeat, mayVacateSeat } from '../policy/seats.ts';
import { homeNetworksOf } from '../policy.ts';
import { checkTags, checkText, checkTimeZone } from './input.ts';
import { checkVersion } from './membership-steps.ts';
import { closeOffers } from './offers.ts';
import { newSeat } from './records.ts';
import { bumpRights } from './rights.ts';

const mostSeats = 50; // of one organisation, without those that have ended

/**
 * Locks the seat, so that what happens to it and its roles follows one after another. Locks are taken in the order membership,
 * seat, organisation, rights; none of them stops a row that only refers to the locked one. @throws Problem
 */
export async function lockSeat(tx: Transaction, id: string, ...path: string[]): Promise<Seat> {
  const seat = await tx.manager.findOne(Seat, { where: { id }, lock: { mode: 'for_no_key_update' } });
  if (!seat) throw invalid('seatId: no such seat.', ...path, 'seatId');
  return seat;
}

/** An organisation with its standing, as the loader has it. */
export async function findOrganisation(tx: Transaction, id: string): Promise<Organisation | null> {
  const [found] = await tx.manager.query(`${selectOrganisation(tx.manager.connection)} WHERE o.id = $1`, [id]);
  return found ?? null;
}

/**
 * An organisation's record and its seats are written where one of the networks is at home that it belongs to. What stops a seat
 * or hides an organisation in an emergency is done wherever somebody stands. @throws Problem ForbiddenError that names the home
 */
export const requireOwnHome = (tx: Transaction, organisationId: string): Promise<void> =>
  tx.requireHome(async () => {
    const organisation = await findOrganisation(tx, organisationId);
    return organisation ? homeNetworksOf(organisation) : [];
  });

/** Sets up a vacant seat. @returns its id @throws Problem */
export async function createSeat(tx: Transaction, actor: Actor, input: CreateSeatInput): Promise<string> {
  const organisation = await findOrganisation(tx, input.organisationId);
  if (!organisation || !mayCreateSeat(actor, organisation)) {
    throw forbidden(
      'Seats are set up by a seat that speaks for the organisation, or a coordinator of a network that it is a member of.',
    );
  }
  return once(tx, actor, 'createSeat', input, `seat:${ulid()}`, async (id) => {
    const { organisationId } = input;
    await requireOwnHome(tx, organisationId);
    await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [organisationId]);
    const alias = checkText(input.alias, 80, 'alias');
    const seats = await tx.manager.query(
      'SELECT lower(alias) AS alias FROM seat WHERE organisation_id = $1 AND ended_at IS NULL',
      [organisationId],
    );
    if (seats.length >= mostSeats)
      throw invalid(`organisationId: it has ${mostSeats} seats.`, 'input', 'organisationId');
    refuseTwin(seats, alias);
    await tx.manager.insert(
      Seat,
      newSeat({ id, organisationId, alias, displayMode: input.displayMode ?? 'SEAT_ALIAS' }),
    );
    sayActed(tx, actor, 'SEAT_CREATED', id, organisation);
  });
}

/** Two seats of one name could be taken for one another. */
function refuseTwin(seats: readonly { alias: string }[], alias: string): void {
  if (seats.some((seat) => seat.alias === alias.toLowerCase())) {
    throw invalid('alias: another seat of the organisation is called so.', 'input', 'alias');
  }
}

/** What is left out stays as it is. @returns the seat's id @throws Problem */
export async function updateSeat(tx: Transaction, actor: Actor, input: UpdateSeatInput): Promise<string> {
  return once(tx, actor, 'updateSeat', input, input.seatId, async () => {
    const seat = await lockSeat(tx, input.seatId, 'input');
    if (!mayChangeSeat(actor, seat)) {
      throw forbidden('A seat is changed by who sits in it, or by a seat that speaks for its organisation.');
    }
    await requireOwnHome(tx, seat.organisationId);
    if (seat.endedAt !== null) throw invalid('seatId: this seat has ended.', 'input', 'seatId');
    checkVersion(seat, input.expectedVersion);
    const alias = input.alias == null ? seat.alias : checkText(input.alias, 80, 'alias');
    if (alias !== seat.alias) {
      // Locked as by createSeat: of two that take one name at once, the second meets the first.
      await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [seat.organisationId]);
      const others = await tx.manager.query(
        'SELECT lower(alias) AS alias FROM seat WHERE organisation_id = $1 AND id <> $2 AND ended_at IS NULL',
        [seat.organisationId, seat.id],
      );
      refuseTwin(others, alias);
    }
    await tx.manager.update(
      Seat,
      { id: seat.id },
      {
        alias,
        displayMode: input.displayMode ?? seat.displayMode,
        preferredLocale: input.preferredLocale ?? seat.preferredLocale,
        timeZone: input.timeZone == null ? seat.timeZone : checkTimeZone(input.timeZone),
        expertise: input.expertise == null ? seat.expertise : checkTags(input.expertise, 'expertise'),
        expertiseVisibility: input.expertiseVisibility ?? seat.expertiseVisibility,
        version: seat.version + 1,
      },
    );
  });
}

/** Who sits there gets up; roles stay with the seat. @returns its id @throws Problem */
export async function vacateSeat(
  tx: Transaction,
  actor: Actor,
  input: SeatInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'vacateSeat', input, input.seatId, async () => {
    const seat = await lockSeat(tx, input.seatId, 'input');
    if (!mayVacateSeat(actor, seat)) {
      throw forbidden('A seat is left by who sits in it, or vacated by a seat that speaks for its organisation.');
    }
    await requireOwnHome(tx, seat.organisationId);
    await closeOffers(tx, seat.id, now());
    await tx.manager.update(Seat, { id: seat.id }, { personId: null, version: seat.version + 1 });
    await bumpRights(tx);
    sayActed(tx, actor, 'SEAT_CHANGED', seat.id, await findOrganisation(tx, seat.organisationId), 'VACATED');
  });
}

/** Ends a seat with all its roles. What it wrote keeps its name; it cannot be begun again. @returns its id @throws Problem */
export async function endSeat(
  tx: Transaction,
  actor: Actor,
  input: SeatInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'endSeat', input, input.seatId, async () => {
    const seat = await lockSeat(tx, input.seatId, 'input');
    if (!mayEndSeat(actor, seat)) throw forbidden('A seat is ended by a seat that speaks for its organisation.');
    await requireOwnHome(tx, seat.organisationId);
    if (seat.endedAt !== null) throw invalid('seatId: this seat has ended.', 'input', 'seatId');
    const at = now();
    await closeOffers(tx, seat.id, at);
    await tx.manager.query(
      'UPDATE role_assignment SET revoked_at = $2, revoked_by_seat_id = $3 WHERE seat_id = $1 AND revoked_at IS NULL',
      [seat.id, at, actor.seatId ?? null],
    );
    await tx.manager.update(Seat, { id: seat.id }, { endedAt: at, personId: null, version: seat.version + 1 });
    await bumpRights(tx);
    sayActed(tx, actor, 'SEAT_ENDED', seat.id, await findOrganisation(tx, seat.organisationId));
  });
}

/** Told to the networks that the organisation belongs to. */
export function sayActed(
  tx: Transaction,
  actor: Actor,
  action: 'SEAT_CREATED' | 'SEAT_CHANGED' | 'SEAT_ENDED',
  seatId: string,
  organisation: Organisation | null,
  detail: string | null = null,
): void {
  const standing = organisation?.standing ?? [];
  const networkIds = standing.filter(({ status }) => status === 'ACTIVE').map((m) => m.networkId);
  tx.audit({ actor, action, target: { type: 'Seat', id: seatId }, networkIds: [...new Set(networkIds)], detail });
}
