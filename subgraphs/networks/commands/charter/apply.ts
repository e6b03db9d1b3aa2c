import type { EntityManager } from 'typeorm';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { conflict, invalid, type Localized } from '../../../../kit/types.ts';
import type { ApplyCharterInput } from '../../charter-inputs.ts';
import { requireDecision } from '../../decisions.ts';
import { CharterProposal } from '../../entities/charter.ts';
import { Network } from '../../entities/network.ts';
import { networkEvent } from '../../events.ts';
import { mayChangeNetwork } from '../../policy.ts';
import { same } from '../networks.ts';
import { changeProposal } from './change.ts';

/**
 * Makes a proposal what the network says of itself: a decision of the network about the Network adopted this very hash. The charter before is REPLACED; where its
 * words stay in the language of record, their translations stay too. Says NETWORK_CHANGED. What is applied already by the same decision is left as it is.
 * @throws Problem; ApiError DECISION_NOT_YET_KNOWN
 */
export async function applyCharter(
  tx: Transaction,
  actor: Actor,
  input: ApplyCharterInput,
  now = new Date(),
): Promise<string> {
  const { manager } = tx;
  const { decisionId, contentHash } = input;
  const may = (who: Actor, { networkId }: CharterProposal) => mayChangeNetwork(who, networkId);
  return changeProposal(tx, actor, 'applyCharter', input, may, async (proposal, network) => {
    const { id, networkId, version } = proposal;
    if (contentHash !== proposal.contentHash)
      throw conflict('contentHash: this is not the text of the proposal.', version);
    if (proposal.decisionId === decisionId) return;
    if (proposal.status !== 'PROPOSED') throw invalid(`proposalId: it is ${proposal.status}.`, 'input', 'proposalId');
    const subject = { typename: 'Network', id: networkId };
    const { position } = await requireDecision(manager, { decisionId, networkId, subject, contentHash, version });
    await replaceCharter(manager, networkId, position);
    const texts = keepTranslations(proposal, network);
    await manager.update(
      CharterProposal,
      { id },
      {
        ...texts,
        ...{ status: 'APPLIED', decisionId, decisionPosition: String(position), appliedAt: now },
        version: version + 1,
      },
    );
    const changed = (['mission', 'objectives'] as const).filter((key) => !same(texts[key], network[key]));
    const wanted = { ...texts, charterId: id, charterLocale: proposal.recordLocale, version: network.version + 1 };
    await manager.update(Network, { id: networkId }, wanted);
    tx.audit({
      ...{ actor, action: 'CHARTER_CHANGED', target: { type: 'CharterProposal', id } },
      networkIds: [networkId],
      detail: `${decisionId} ${contentHash}`,
    });
    tx.publish(networkEvent('NETWORK_CHANGED', Object.assign(network, wanted), ['charter', ...changed]));
  });
}

/** What the network decided last stands: a decision that is older than the one in force does not undo it. */
async function replaceCharter(manager: EntityManager, networkId: string, position: number): Promise<void> {
  const before = await manager.findOneBy(CharterProposal, { networkId, status: 'APPLIED' });
  if (!before) return;
  if (Number(before.decisionPosition) > position) {
    throw invalid('decisionId: the network has decided otherwise since.', 'input', 'decisionId');
  }
  await manager.update(CharterProposal, { id: before.id }, { status: 'REPLACED', version: before.version + 1 });
}

/** The texts of a proposal, with the translations that the charter before had of the same words. */
function keepTranslations({ recordLocale, mission, objectives }: CharterProposal, before: Network) {
  const known = before.charterLocale === recordLocale ? [before.mission ?? {}, ...before.objectives] : [];
  const withKnown = (text: Localized): Localized => ({
    ...known.find((was) => was[recordLocale] === text[recordLocale]),
    ...text,
  });
  return { mission: mission && withKnown(mission), objectives: objectives.map(withKnown) };
}
