import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { once } from '../../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import type { TranslateCharterInput, WithdrawCharterProposalInput } from '../../charter-inputs.ts';
import { CharterProposal } from '../../entities/charter.ts';
import { Network } from '../../entities/network.ts';
import { networkEvent } from '../../events.ts';
import { mayChangeNetwork, mayDraft, maySeeCharterProposal } from '../../policy.ts';
import { checkNote, checkText } from '../check.ts';
import { findOpenNetwork } from '../open-network.ts';
import { charterLimits } from './propose.ts';

/**
 * One change of a proposal, once for its `clientMutationId`. Its network's row is locked before its own.
 * @returns the proposal's id
 */
export async function changeProposal(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; proposalId: string; expectedVersion?: number },
  may: (actor: Actor, proposal: CharterProposal) => boolean,
  work: (proposal: CharterProposal, network: Network) => Promise<void>,
): Promise<string> {
  const { manager } = tx;
  const none = () => invalid('proposalId: no such proposal.', 'input', 'proposalId');
  const known = await manager.findOneBy(CharterProposal, { id: input.proposalId });
  if (!known || !maySeeCharterProposal(actor, known)) throw none();
  if (!may(actor, known)) {
    throw forbidden(
      'Only a coordinator or the steering committee of this network does that with its mission and objectives.',
    );
  }
  return once(tx, actor, command, input, known.id, async (id) => {
    const network = await findOpenNetwork(tx, known.networkId, 'proposalId', 'pessimistic_write');
    const proposal = await manager.findOne(CharterProposal, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!proposal) throw none();
    if (input.expectedVersion !== undefined && proposal.version !== input.expectedVersion) {
      throw conflict(`The proposal is at version ${proposal.version}.`, proposal.version);
    }
    await work(proposal, network);
  });
}

/** By who leads the network, or who put it. */
export async function withdrawCharterProposal(
  tx: Transaction,
  actor: Actor,
  input: WithdrawCharterProposalInput,
): Promise<string> {
  const may = (who: Actor, { networkId, proposedBySeatId }: CharterProposal) =>
    mayChangeNetwork(who, networkId) ||
    (mayDraft(who, networkId) && proposedBySeatId !== null && who.seatId === proposedBySeatId);
  return changeProposal(tx, actor, 'withdrawCharterProposal', input, may, async ({ id, status, version }) => {
    if (status !== 'PROPOSED') throw invalid(`proposalId: it is ${status}.`, 'input', 'proposalId');
    const withdrawalReason = checkNote(input.reason, charterLimits.reason, 'reason');
    await tx.manager.update(CharterProposal, { id }, { status: 'WITHDRAWN', withdrawalReason, version: version + 1 });
  });
}

/** Gives a proposal in another language; of the charter in force the network says it so at once. What was decided stays as it is. */
export async function translateCharter(tx: Transaction, actor: Actor, input: TranslateCharterInput): Promise<string> {
  const { manager } = tx;
  const { locale } = input;
  const may = (who: Actor, { networkId }: CharterProposal) => mayDraft(who, networkId);
  return changeProposal(tx, actor, 'translateCharter', input, may, async (proposal, network) => {
    const { id, status, recordLocale, version } = proposal;
    if (status !== 'PROPOSED' && status !== 'APPLIED')
      throw invalid(`proposalId: it is ${status}.`, 'input', 'proposalId');
    if (locale === recordLocale) throw invalid('locale: that is the language of record.', 'input', 'locale');
    if (input.objectives.length !== proposal.objectives.length) {
      throw invalid(`objectives: the proposal has ${proposal.objectives.length}.`, 'input', 'objectives');
    }
    if ((proposal.mission === null) !== (input.mission == null)) {
      throw invalid(`mission: the proposal has ${proposal.mission ? 'one' : 'none'}.`, 'input', 'mission');
    }
    const languages = new Set([locale, ...[proposal.mission ?? {}, ...proposal.objectives].flatMap(Object.keys)]);
    if (languages.size > 31) throw invalid('locale: at most 30 translations.', 'input', 'locale');
    const mission = proposal.mission && {
      ...proposal.mission,
      [locale]: checkText(input.mission as string, charterLimits.mission, 'mission'),
    };
    const objectives = proposal.objectives.map((objective, index) => ({
      ...objective,
      [locale]: checkText(input.objectives[index] as string, charterLimits.objective, 'objectives', `${index}`),
    }));
    await manager.update(CharterProposal, { id }, { mission, objectives, version: version + 1 });
    if (status !== 'APPLIED') return;
    Object.assign(network, { mission, objectives, version: network.version + 1 });
    await manager.update(Network, { id: network.id }, { mission, objectives, version: network.version });
    tx.publish(networkEvent('NETWORK_CHANGED', network, ['mission', 'objectives']));
  });
}
