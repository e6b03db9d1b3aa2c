import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { columnsOf, selectMembership } from './columns.ts';
import type { Membership } from './entities/membership.ts';
import { SeatOffer } from './entities/seat.ts';
import { maySeeMembership, maySponsor } from './policy.ts';

/** What waits for the person who asks. Each list is the reader's own, and judged by the policy once more. */

const isPerson = ({ kind, subject }: Actor) => (kind === 'SEAT' || kind === 'PERSON') && subject !== 'shared';

export async function readOffers(source: DataSource, actor: Actor): Promise<SeatOffer[]> {
  if (!isPerson(actor)) return [];
  return source.query(
    `SELECT ${columnsOf(source, SeatOffer, 't')} FROM seat_offer t JOIN seat s ON s.id = t.seat_id
     WHERE t.subject = $1 AND t.answer IS NULL AND t.expires_at > now() AND s.ended_at IS NULL ORDER BY t.id LIMIT 50`,
    [actor.subject],
  );
}

export async function readOwnApplications(source: DataSource, actor: Actor): Promise<Membership[]> {
  if (!isPerson(actor)) return [];
  const rows: Membership[] = await source.query(
    `SELECT ${selectMembership(source, 't')} FROM membership t
     WHERE t.applied_by_person_id = $1 OR t.applied_by_seat_id = $2 OR t.invited_subject = $3 ORDER BY t.id DESC LIMIT 50`,
    [actor.personId ?? null, actor.seatId ?? null, actor.subject],
  );
  return rows.filter((membership) => maySeeMembership(actor, membership));
}

export async function readSponsorshipRequests(source: DataSource, actor: Actor): Promise<Membership[]> {
  if (actor.organisationId === undefined) return [];
  const rows: Membership[] = await source.query(
    `SELECT ${selectMembership(source, 't')} FROM membership t
     JOIN sponsorship s ON s.membership_id = t.id AND s.organisation_id = $1 AND s.answer IS NULL
     WHERE t.status IN ('APPLIED', 'UNDER_REVIEW', 'MORE_INFO') ORDER BY s.asked_at, t.id LIMIT 50`,
    [actor.organisationId],
  );
  return rows.filter((membership) => maySponsor(actor, membership));
}
