import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { charterText } from '../canonical.ts';
import {
  ApplyCharterInput,
  ProposeCharterInput,
  TranslateCharterInput,
  WithdrawCharterProposalInput,
} from '../charter-inputs.ts';
import { applyCharter } from '../commands/charter/apply.ts';
import { translateCharter, withdrawCharterProposal } from '../commands/charter/change.ts';
import { proposeCharter } from '../commands/charter/propose.ts';
import type { NetworksContext } from '../context.ts';
import {
  CharterProposal,
  CharterProposalConnection,
  type CharterStatus,
  CharterStatusEnum,
} from '../entities/charter.ts';
import { Decision, Seat, stubOrNull } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import { createLoaders } from '../loaders.ts';
import { maySeeCharterProposal } from '../policy.ts';
import { CharterProposalPayload } from './payloads.ts';

/** Does it, and shows the proposal as it is then. */
function change(
  context: NetworksContext,
  command: (tx: Transaction) => Promise<string>,
): Promise<CharterProposalPayload> {
  return answer('proposal', async () => {
    const id = await context.database.transaction(command);
    context.loaders = createLoaders(context.database.source);
    return context.loaders.charterProposal.load(id);
  });
}

@Resolver(() => CharterProposal)
export class CharterProposalResolver {
  @Query(() => CharterProposal, { nullable: true, description: 'Null when there is none, or you may not read it.' })
  async charterProposal(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID) id: string,
  ): Promise<CharterProposal | null> {
    const found = await loaders.charterProposal.load(id);
    return found && maySeeCharterProposal(actor, found) ? found : null;
  }

  @Mutation(() => CharterProposalPayload, {
    description: 'Puts a mission and objectives to a network. By editors, coordinators and the steering committee.',
  })
  proposeCharter(
    @Ctx() context: NetworksContext,
    @Arg('input', () => ProposeCharterInput) input: ProposeCharterInput,
  ): Promise<CharterProposalPayload> {
    return change(context, (tx) => proposeCharter(tx, context.actor, input));
  }

  @Mutation(() => CharterProposalPayload, {
    description:
      'Gives a proposal, or the charter in force, in another language. By editors, coordinators and the steering committee.',
  })
  translateCharter(
    @Ctx() context: NetworksContext,
    @Arg('input', () => TranslateCharterInput) input: TranslateCharterInput,
  ): Promise<CharterProposalPayload> {
    return change(context, (tx) => translateCharter(tx, context.actor, input));
  }

  @Mutation(() => CharterProposalPayload, {
    description: 'Gives a proposal up. By a coordinator, the steering committee, or who put it.',
  })
  withdrawCharterProposal(
    @Ctx() context: NetworksContext,
    @Arg('input', () => WithdrawCharterProposalInput) input: WithdrawCharterProposalInput,
  ): Promise<CharterProposalPayload> {
    return change(context, (tx) => withdrawCharterProposal(tx, context.actor, input));
  }

  @Mutation(() => CharterProposalPayload, {
    description:
      'Makes a proposal the mission and objectives of its network, by a decision of the network about the Network that adopted this very hash. ' +
      'By a coordinator or the steering committee. DECISION_NOT_YET_KNOWN: come back in extensions.retryAfterMs.',
  })
  applyCharter(
    @Ctx() context: NetworksContext,
    @Arg('input', () => ApplyCharterInput) input: ApplyCharterInput,
  ): Promise<CharterProposalPayload> {
    return change(context, (tx) => applyCharter(tx, context.actor, input));
  }

  @FieldResolver(() => Network, { description: 'Whose it is to be.' })
  network(@Root() { networkId }: CharterProposal, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'Null: the network is to have none.' })
  mission(
    @Root() { mission, recordLocale }: CharterProposal,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(mission, locale, recordLocale);
  }

  @FieldResolver(() => [LocalizedText], { description: 'In their order.' })
  @Directive('@listSize(assumedSize: 10)')
  objectives(
    @Root() { objectives, recordLocale }: CharterProposal,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText[] {
    return objectives.flatMap((text) => localize(text, locale, recordLocale) ?? []);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'Why the change; not part of what is decided.' })
  rationale(
    @Root() { rationale, recordLocale }: CharterProposal,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(rationale, locale, recordLocale);
  }

  @FieldResolver(() => String, {
    description: 'The exact text that is decided on, as JSON, in the language of record.',
  })
  canonicalText(@Root() { id, recordLocale, mission, objectives }: CharterProposal): string {
    return charterText({
      ...{ id, recordLocale },
      mission: mission?.[recordLocale] ?? null,
      objectives: objectives.flatMap((text) => text[recordLocale] ?? []),
    });
  }

  @FieldResolver(() => Decision, {
    nullable: true,
    description: 'The decision by which it was applied, if you may see it.',
  })
  appliedByDecision(@Root() { decisionId }: CharterProposal): Decision | null {
    return stubOrNull(Decision, decisionId);
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'Who put it.' })
  proposedBy(@Root() { proposedBySeatId }: CharterProposal): Seat | null {
    return stubOrNull(Seat, proposedBySeatId);
  }
}

@Resolver(() => Network)
export class NetworkCharterResolver {
  @FieldResolver(() => CharterProposal, {
    nullable: true,
    description: 'What mission and objectives were decided on; null where nothing was, or you may not read it.',
  })
  async charter(
    @Root() { charterId }: Network,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<CharterProposal | null> {
    const found = charterId === null ? null : await loaders.charterProposal.load(charterId);
    return found && maySeeCharterProposal(actor, found) ? found : null;
  }

  @FieldResolver(() => CharterProposalConnection, { description: 'Those you may read, newest first.' })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async charterProposals(
    @Root() { id: networkId }: Network,
    @Ctx() { actor, loaders, charterCursors }: NetworksContext,
    @Arg('status', () => CharterStatusEnum, { nullable: true }) status: CharterStatus | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null,
  ): Promise<CharterProposalConnection> {
    const size = checkFirst(first ?? 20);
    const place = after ? charterCursors.decode(after) : null;
    const rows = maySeeCharterProposal(actor, { networkId })
      ? await loaders.charterProposals({ status: status ?? null, limit: size + 1, after: place }).load(networkId)
      : [];
    return toConnection(rows, size, after, charterCursors, ({ proposedAt, id }) => [proposedAt.toISOString(), id]);
  }
}
