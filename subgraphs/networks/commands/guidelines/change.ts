import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { once } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import { type GuidelineStatus, Guidelines, GuidelinesRevision } from '../../entities/guidelines.ts';
import { mayChangeNetwork, mayDraft, maySeeGuidelines } from '../../policy.ts';
import { findOpenNetwork } from '../open-network.ts';

export const limits = { title: 200, body: 60_000, note: 1_000, openTexts: 20 };

/** Who may do it, and what the others are told. */
export interface Right {
  may(actor: Actor, networkId: string): boolean;
  who: string;
}
export const drafting: Right = {
  may: mayDraft,
  who: 'Guidelines are written by editors, coordinators and the steering committee of this network.',
};
export const leading: Right = {
  may: mayChangeNetwork,
  who: 'Only a coordinator or the steering committee of this network does that with its guidelines.',
};

interface Named {
  clientMutationId: string;
  id: string;
  expectedVersion?: number;
}

/**
 * One change of guidelines, once for its `clientMutationId`: who asks may see and do it, the network is open, the row is locked and as it was seen.
 * What is no longer visible to who asks is as if it were not there.
 * @param work changes the row that it is given; `saveGuidelines` writes it
 * @returns the guidelines' id
 */
export async function changeGuidelines(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: Named,
  right: Right,
  work: (guidelines: Guidelines) => Promise<void>,
): Promise<string> {
  const { manager } = tx;
  const none = () => invalid('id: no such guidelines.', 'input', 'id');
  const known = await manager.findOneBy(Guidelines, { id: input.id });
  if (!known || !maySeeGuidelines(actor, known)) throw none();
  if (!right.may(actor, known.networkId)) throw forbidden(right.who);
  return once(tx, actor, command, input, known.id, async (id) => {
    await findOpenNetwork(tx, known.networkId, 'id');
    const guidelines = await manager.findOne(Guidelines, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!guidelines) throw none();
    if (input.expectedVersion !== undefined && guidelines.version !== input.expectedVersion) {
      throw conflict(`The guidelines are at version ${guidelines.version}.`, guidelines.version);
    }
    await work(guidelines);
  });
}

/** @throws Problem ValidationError unless it has one of the statuses */
export function requireStatus({ status }: Guidelines, wanted: readonly GuidelineStatus[], what: string): void {
  if (wanted.includes(status)) return;
  throw invalid(`id: guidelines that are ${status} are not ${what}.`, 'input', 'id');
}

/** Writes the changes into the row, under the next version. */
export async function saveGuidelines(
  manager: EntityManager,
  guidelines: Guidelines,
  changes: Partial<Guidelines>,
  now: Date,
): Promise<void> {
  const written = { ...changes, updatedAt: now, version: guidelines.version + 1 };
  await manager.update(Guidelines, { id: guidelines.id }, written);
  Object.assign(guidelines, written);
}

/** What was put to the members last; null before the first time. */
export const lastRevision = (manager: EntityManager, guidelinesId: string): Promise<GuidelinesRevision | null> =>
  manager.findOne(GuidelinesRevision, { where: { guidelinesId }, order: { number: 'DESC' } });
