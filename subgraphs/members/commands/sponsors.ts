import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { Membership, type SponsorAnswer, Sponsorship } from '../entities/membership.ts';
import { mayAct, maySponsor } from '../policy.ts';
import { openStatuses, sponsorsNeeded } from '../states.ts';
import { checkOptionalText } from './input.ts';
import { lockMembership } from './membership-steps.ts';

export interface AskSponsors {
  clientMutationId: string;
  membershipId: string;
  organisationIds: string[];
}
export interface AnswerSponsorship {
  clientMutationId: string;
  membershipId: string;
  answer: SponsorAnswer;
  note?: string | null;
}

const mostSponsors = 5; // asked for one application

/** Asks members to vouch for an application: the applicant does, or a coordinator who entered it. @throws Problem */
export async function askSponsors(tx: Transaction, actor: Actor, input: AskSponsors): Promise<string> {
  return once(tx, actor, 'askSponsors', input, input.membershipId, async () => {
    const membership = await lockMembership(tx, actor, input.membershipId, 'input');
    if (!mayAct(actor, membership)) throw forbidden('Sponsors are asked by who applies.');
    checkOpen(membership);
    await insertSponsors(tx, membership, input.organisationIds, 'organisationIds');
  });
}

/** @throws Problem ValidationError for too many, or one that is not an ACTIVE member of the network */
export async function insertSponsors(
  tx: Transaction,
  membership: Pick<Membership, 'id' | 'organisationId' | 'networkId'>,
  organisationIds: readonly string[],
  field: string,
): Promise<void> {
  const ids = [...new Set(organisationIds)];
  const asked = await tx.manager.countBy(Sponsorship, { membershipId: membership.id });
  if (asked + ids.length > mostSponsors) throw invalid(`${field}: at most ${mostSponsors}.`, 'input', field);
  const { networkId, organisationId } = membership;
  const members: { id: string }[] = await tx.manager.query(
    `SELECT organisation_id AS id FROM membership
     WHERE network_id = $1 AND status = 'ACTIVE' AND organisation_id = ANY($2) AND organisation_id <> $3`,
    [networkId, ids, organisationId],
  );
  if (members.length < ids.length) throw invalid(`${field}: not an ACTIVE member of this network.`, 'input', field);
  await tx.manager.query(
    `INSERT INTO sponsorship (membership_id, organisation_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
    [membership.id, ids],
  );
}

/** A sponsor confirms, refuses, or changes its mind until the application is decided. @throws Problem */
export async function answerSponsorship(
  tx: Transaction,
  actor: Actor,
  input: AnswerSponsorship,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'answerSponsorship', input, input.membershipId, async () => {
    const membership = await lockMembership(tx, actor, input.membershipId, 'input');
    if (!maySponsor(actor, membership)) {
      throw forbidden('An application is sponsored by a seat that speaks for a member that was asked to.');
    }
    checkOpen(membership);
    await tx.manager.update(
      Sponsorship,
      { membershipId: membership.id, organisationId: actor.organisationId! },
      {
        answer: input.answer,
        note: checkOptionalText(input.note, 1_000, 'note'),
        answeredAt: now(),
        answeredBySeatId: actor.seatId ?? null,
      },
    );
    await tx.manager.update(Membership, { id: membership.id }, { version: membership.version + 1 });
  });
}

function checkOpen({ status }: Membership): void {
  if (openStatuses.includes(status) && status !== 'INVITED') return;
  throw invalid(`membershipId: it is ${status}, no open application.`, 'input', 'membershipId');
}

/**
 * Two members vouch for an applicant; in a network with fewer, those that there are. Who is no ACTIVE member any more counts no
 * more. @throws Problem ValidationError that says how many are missing
 */
export async function checkSponsors(tx: Transaction, { id, networkId }: Membership): Promise<void> {
  const [{ confirmed, members }] = await tx.manager.query(
    `SELECT count(*)::int AS members, count(*) FILTER (WHERE s.answer = 'CONFIRMED')::int AS confirmed
     FROM membership m LEFT JOIN sponsorship s ON s.membership_id = $1 AND s.organisation_id = m.organisation_id
     WHERE m.network_id = $2 AND m.status = 'ACTIVE'`,
    [id, networkId],
  );
  const needed = Math.min(sponsorsNeeded, members);
  if (confirmed < needed) {
    throw invalid(`to: ${confirmed} of ${needed} sponsors have confirmed (answerSponsorship).`, 'input', 'to');
  }
}
