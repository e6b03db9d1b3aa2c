import { createHash } from 'node:crypto';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import type { Membership, MembershipStatus } from '../entities/membership.ts';
import type { Organisation } from '../entities/organisation.ts';

/**
 * What a decision on an application is bound to: SHA-256, in lower-case hex, of the UTF-8 text of a JSON array of membership
 * id, organisation's name, stakeholder type, country, and motivation, without spaces between its items.
 */
export function applicationHash(
  membership: Pick<Membership, 'id' | 'motivation'>,
  organisation: Pick<Organisation, 'name' | 'stakeholderType' | 'country'>,
): string {
  const { name, stakeholderType, country } = organisation;
  const text = JSON.stringify([membership.id, name, stakeholderType, country, membership.motivation]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * What a decision to end a suspended membership is bound to: SHA-256, in lower-case hex, of the JSON array of the word END, the
 * membership's id and its version. Whoever is given back, and suspended once more, is at another version.
 */
export const endingHash = ({ id, version }: Pick<Membership, 'id' | 'version'>): string =>
  createHash('sha256')
    .update(JSON.stringify(['END', id, version]))
    .digest('hex');

const outcomeFor: Partial<Record<MembershipStatus, string>> = { ACTIVE: 'ADOPTED', DECLINED: 'NOT_ADOPTED' };

const wrong = (message: string) => invalid(`decisionId: ${message}`, 'input', 'decisionId');

/**
 * What the network said last of a decision, in the feed: concluded by all of it or by its Steering Committee. An id that
 * nobody has concluded is never written down as the ground of an act.
 * @throws Problem ValidationError
 */
export async function findConclusion(
  tx: Transaction,
  networkId: string,
  decisionId: string,
): Promise<{ outcome: string; contentHash: string | null }> {
  const [found] = await tx.manager.query(
    `SELECT outcome, content_hash AS "contentHash", body_ids <@ ARRAY(SELECT body_id FROM role_assignment
       WHERE role = 'STEERING_COMMITTEE' AND network_id = $1 AND body_id IS NOT NULL) AS "isOfNetwork"
     FROM feed.conclusion WHERE network_id = $1 AND decision_id = $2 ORDER BY position DESC LIMIT 1`,
    [networkId, decisionId],
  );
  if (!found) throw wrong('this network has concluded no such decision.');
  if (!found.isOfNetwork) throw wrong('taken by a group, not by the network or its Steering Committee.');
  return found;
}

/** That the network has decided to end this membership, as it is suspended now. @throws Problem ValidationError that says what does not fit */
export async function checkEnding(tx: Transaction, membership: Membership, decisionId: string): Promise<void> {
  const found = await findConclusion(tx, membership.networkId, decisionId);
  if (found.outcome !== 'ADOPTED') throw wrong(`it was ${found.outcome}, and ENDED needs ADOPTED.`);
  if (found.contentHash !== endingHash(membership)) {
    throw wrong('it was not taken on the end of this membership as it stands now: see its contentHash.');
  }
}

/**
 * That the network has decided so, on this very application: a decision is concluded in the feed, by the whole network or its
 * Steering Committee, on the hash of the application as it stands now. It is always put as "admit?".
 * @throws Problem ValidationError that says what does not fit
 */
export async function checkConclusion(
  tx: Transaction,
  membership: Membership,
  organisation: Organisation,
  to: MembershipStatus,
  decisionId: string,
): Promise<void> {
  const found = await findConclusion(tx, membership.networkId, decisionId);
  if (found.outcome !== outcomeFor[to]) throw wrong(`it was ${found.outcome}, and ${to} needs ${outcomeFor[to]}.`);
  if (found.contentHash !== applicationHash(membership, organisation)) {
    throw wrong('it was taken on another text than this application as it stands now.');
  }
  const used = await tx.manager.query(
    `SELECT 1 FROM membership_event WHERE membership_id = $1 AND decision_id = $2
     AND from_status IN ('UNDER_REVIEW', 'MORE_INFO') AND to_status IN ('ACTIVE', 'DECLINED') LIMIT 1`,
    [membership.id, decisionId],
  );
  if (used.length > 0) throw wrong('it has been carried out before: an appeal needs a new one.');
}
