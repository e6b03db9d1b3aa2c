import { ulid } from 'ulid';
import type { Actor } from '../../../../kit/context.ts';
import type { Transaction } from '../../../../kit/database/open.ts';
import { once } from '../../../../kit/once.ts';
import { forbidden, invalid, type Localized, type LocalizedInput } from '../../../../kit/types.ts';
import { charterText, hashText } from '../../canonical.ts';
import type { ProposeCharterInput } from '../../charter-inputs.ts';
import { CharterProposal } from '../../entities/charter.ts';
import { charterProposed } from '../../events.ts';
import { mayDraft } from '../../policy.ts';
import { checkTexts } from '../check.ts';
import { findOpenNetwork } from '../open-network.ts';

export const charterLimits = { mission: 4_000, objective: 1_000, objectives: 20, open: 20, reason: 1_000 };

/** Puts a mission and objectives to a network. Says CHARTER_PROPOSED in it. @returns the proposal's id */
export async function proposeCharter(
  tx: Transaction,
  actor: Actor,
  input: ProposeCharterInput,
  now = new Date(),
): Promise<string> {
  const { networkId, recordLocale } = input;
  if (!mayDraft(actor, networkId)) {
    throw forbidden(
      'Mission and objectives are proposed by editors, coordinators and the steering committee of this network.',
    );
  }
  return once(tx, actor, 'proposeCharter', input, `charter:${ulid()}`, async (id) => {
    const { manager } = tx;
    await findOpenNetwork(tx, networkId, 'networkId', 'pessimistic_write'); // two proposals made at once are counted one after the other
    if ((await manager.countBy(CharterProposal, { networkId, status: 'PROPOSED' })) >= charterLimits.open) {
      throw invalid(`networkId: ${charterLimits.open} proposals are open: withdraw one.`, 'input', 'networkId');
    }
    const texts = (given: readonly LocalizedInput[], max: number, ...path: [string, ...string[]]): Localized => {
      const checked = checkTexts(given, max, ...path);
      const record = checked[recordLocale];
      if (record === undefined) throw invalid(`${path[0]}: it is needed in ${recordLocale}.`, 'input', ...path);
      return { ...checked, [recordLocale]: record.normalize('NFC') };
    };
    const mission = input.mission?.length ? texts(input.mission, charterLimits.mission, 'mission') : null;
    if (input.objectives.length > charterLimits.objectives) {
      throw invalid(`objectives: at most ${charterLimits.objectives}.`, 'input', 'objectives');
    }
    const objectives = input.objectives.map(({ text }, index) =>
      texts(text, charterLimits.objective, 'objectives', `${index}`, 'text'),
    );
    if (mission === null && objectives.length === 0)
      throw invalid('mission: propose it, or objectives.', 'input', 'mission');
    const text = {
      id,
      recordLocale,
      mission: mission?.[recordLocale] ?? null,
      objectives: objectives.map((objective) => objective[recordLocale] as string),
    };
    const proposal = Object.assign(new CharterProposal(), {
      ...{ id, networkId, recordLocale, mission, objectives },
      status: 'PROPOSED',
      rationale: input.rationale?.length ? checkTexts(input.rationale, 4_000, 'rationale') : null,
      contentHash: hashText(charterText(text)),
      decisionId: null,
      decisionPosition: null,
      withdrawalReason: null,
      proposedBySeatId: actor.seatId ?? null,
      proposedAt: now,
      appliedAt: null,
      version: 1,
    } satisfies CharterProposal);
    await manager.insert(CharterProposal, proposal);
    tx.publish(charterProposed(proposal));
  });
}
