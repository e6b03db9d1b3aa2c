import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText } from '../../../kit/types.ts';
import {
  checkStatementSafety,
  consentStatement,
  publishStatement,
  takeStance,
  withdrawStance,
  withdrawStatement,
} from '../commands/statement-steps.ts';
import {
  canonicalText,
  circulateStatement,
  draftStatement,
  reviseStatement,
  translateStatement,
} from '../commands/statements.ts';
import type { DiscussionsContext } from '../context.ts';
import { Decision } from '../entities/decision.ts';
import { SafetyCheck, Statement, type StatementStance } from '../entities/statement.ts';
import { Network, Organisation, ReviewEngagement, stub } from '../entities/stubs.ts';
import {
  CheckStatementInput,
  ConsentStatementInput,
  DraftStatementInput,
  PublishStatementInput,
  ReviseStatementInput,
  StatementStanceInput,
  StatementStepInput,
  TranslateStatementInput,
  WithdrawStanceInput,
  WithdrawStatementInput,
} from '../statement-inputs.ts';
import { mayReadInsideNetworks } from '../statement-policy.ts';
import { Translation, textFor, translationsOf } from '../translation.ts';
import { StatementPayload } from './payloads.ts';

/** Runs a command in a transaction, then answers with the statement as it is now, whatever this request has read of it before. */
const answerStatement = ({ database, loaders }: DiscussionsContext, command: (tx: Transaction) => Promise<string>) =>
  answer('statement', async () => {
    const id = await database.transaction(command);
    for (const loader of [loaders.statement, loaders.stances, loaders.checks, loaders.dissenters]) loader.clear(id);
    return loaders.statement.load(id);
  });

const byLeaders = 'By a coordinator or steering member of one of its networks.';
const bySpeakers = 'For your organisation, by its representatives and steering members in one of its networks.';

/** Of the present text alone: words on an earlier one do not count. */
const stancesOf = async ({ loaders }: DiscussionsContext, { id, contentHash }: Statement) =>
  (await loaders.stances.load(id)).filter((one) => one.contentHash === contentHash);

/** A statement that was taken back is still known to have been made; its text is its networks' own again. */
const showsText = ({ actor }: DiscussionsContext, statement: Statement) =>
  statement.status !== 'WITHDRAWN' || mayReadInsideNetworks(actor, statement);

/** What nobody has decided on or checked for dangers stays within its networks: translations that were added beside the circulated text. */
const readTexts = ({ actor }: DiscussionsContext, statement: Statement): Statement => {
  if (mayReadInsideNetworks(actor, statement)) return statement;
  const texts = Object.entries(statement.texts).filter(([locale]) => statement.contentLocales.includes(locale));
  return Object.assign(new Statement(), statement, { texts: Object.fromEntries(texts) });
};

@Resolver(() => Statement)
export class StatementResolver {
  @Query(() => Statement, { nullable: true })
  statement(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.statement.load(id);
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() statement: Statement) {
    return statement.networkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => LocalizedText)
  title(
    @Root() statement: Statement,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
    @Ctx() context: DiscussionsContext,
  ): LocalizedText | null {
    return textFor(readTexts(context, statement), 'title', locale);
  }

  @FieldResolver(() => LocalizedText, {
    nullable: true,
    description: 'Plain text. Of a statement that was withdrawn only its networks still read it.',
  })
  body(
    @Root() statement: Statement,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
    @Ctx() context: DiscussionsContext,
  ): LocalizedText | null {
    return showsText(context, statement) ? textFor(readTexts(context, statement), 'body', locale) : null;
  }

  @FieldResolver(() => [Translation], {
    description:
      'The languages in which you can read it, the original first. Outside its networks those that were circulated.',
  })
  @Directive('@listSize(assumedSize: 4)')
  translations(@Root() statement: Statement, @Ctx() context: DiscussionsContext): Translation[] {
    return translationsOf(readTexts(context, statement));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The exact text that was circulated, as JSON without spaces and with its keys in order: `{"<locale>":{"body":"…","title":"…"},…}`. Its UTF-8 bytes give `contentHash`. null where words were redacted.',
  })
  canonicalText(@Root() statement: Statement, @Ctx() context: DiscussionsContext) {
    if (statement.contentHash === null || statement.redactedAt !== null) return null;
    return showsText(context, statement) ? canonicalText(statement) : null;
  }

  @FieldResolver(() => ReviewEngagement, { nullable: true, description: 'The engagement that it belongs to.' })
  reviewEngagement(@Root() { engagementId }: Statement) {
    return engagementId === null ? null : stub(ReviewEngagement, engagementId);
  }

  @FieldResolver(() => [Decision], { description: 'By which its networks consented: those you may see.' })
  @Directive('@listSize(assumedSize: 2)')
  async decisions(@Root() { decisionIds }: Statement, @Ctx() { loaders }: DiscussionsContext) {
    const found = await loaders.decision.loadMany(decisionIds);
    return found.filter((decision) => decision !== null && !(decision instanceof Error));
  }

  @FieldResolver(() => [Organisation], {
    nullable: true,
    description:
      'That put their names under the present text, first to sign first. Before it is published for readers of its networks alone.',
  })
  @Directive('@listSize(assumedSize: 20)')
  async endorsers(@Root() statement: Statement, @Ctx() context: DiscussionsContext) {
    if (statement.status !== 'PUBLISHED' && !mayReadInsideNetworks(context.actor, statement)) return [];
    const stances = (await stancesOf(context, statement)).filter(({ stance }) => stance === 'ENDORSES');
    return stances.map(({ organisationId }) => stub(Organisation, organisationId));
  }

  @FieldResolver(() => Int, {
    description:
      'Organisations that disagree with the present text, or were against it when it was decided on. Nobody is told which.',
  })
  async dissenters(@Root() { id }: Statement, @Ctx() { loaders }: DiscussionsContext): Promise<number> {
    return (await loaders.dissenters.load(id))?.count ?? 0;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'ENDORSES or DISSENTS: what your own organisation said of the present text.',
  })
  async viewerStance(
    @Root() statement: Statement,
    @Ctx() context: DiscussionsContext,
  ): Promise<StatementStance['stance'] | null> {
    const { organisationId } = context.actor;
    const all = await stancesOf(context, statement);
    return all.find((one) => one.organisationId === organisationId)?.stance ?? null;
  }

  @FieldResolver(() => [SafetyCheck], { description: 'Of the present text, for readers of its networks.' })
  @Directive('@listSize(assumedSize: 3)')
  async safetyChecks(@Root() statement: Statement, @Ctx() { actor, loaders }: DiscussionsContext) {
    if (!mayReadInsideNetworks(actor, statement)) return [];
    const all = await loaders.checks.load(statement.id);
    return all.filter(({ contentHash }) => contentHash === statement.contentHash);
  }

  @Mutation(() => StatementPayload, {
    description:
      'By a coordinator, steering member or group lead of one of its networks; seen by those alone until it is circulated.',
  })
  draftStatement(
    @Arg('input', () => DraftStatementInput) input: DraftStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => draftStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description:
      'A draft by those who draft; a circulated text by those who lead: it gets a new hash, and what was decided, checked or endorsed before counts no longer.',
  })
  reviseStatement(
    @Arg('input', () => ReviseStatementInput) input: ReviseStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => reviseStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description:
      'Adds a translation that is not part of what was circulated, so it is read within its networks alone. By those who draft for one of them.',
  })
  translateStatement(
    @Arg('input', () => TranslateStatementInput) input: TranslateStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => translateStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description: `DRAFT to CIRCULATED: the original and its up-to-date translations by people get a hash. ${byLeaders}`,
  })
  circulateStatement(
    @Arg('input', () => StatementStepInput) input: StatementStepInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => circulateStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description: `CIRCULATED to CONSENTED, as every one of its networks has decided for this hash. ${byLeaders}`,
  })
  consentStatement(
    @Arg('input', () => ConsentStatementInput) input: ConsentStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => consentStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description:
      'Whether the text endangers nobody, on behalf of a network: by its safety officer, or by a second person (a coordinator, steering member or group lead who has not written of it and will not publish it). Before it is published.',
  })
  checkStatementSafety(
    @Arg('input', () => CheckStatementInput) input: CheckStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => checkStatementSafety(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description: `CONSENTED to PUBLISHED, when the safety check of each of its networks has passed. ${byLeaders}`,
  })
  publishStatement(
    @Arg('input', () => PublishStatementInput) input: PublishStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => publishStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, {
    description: `At any time; a published one stays on record without its text. ${byLeaders}`,
  })
  withdrawStatement(
    @Arg('input', () => WithdrawStatementInput) input: WithdrawStatementInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => withdrawStatement(tx, context.actor, input));
  }

  @Mutation(() => StatementPayload, { description: `Puts its name under the text. ${bySpeakers}` })
  endorseStatement(
    @Arg('input', () => StatementStanceInput) input: StatementStanceInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => takeStance(tx, context.actor, input, 'ENDORSES'));
  }

  @Mutation(() => StatementPayload, {
    description: `Is counted as one that disagrees, and is not named. ${bySpeakers}`,
  })
  dissentFromStatement(
    @Arg('input', () => StatementStanceInput) input: StatementStanceInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => takeStance(tx, context.actor, input, 'DISSENTS'));
  }

  @Mutation(() => StatementPayload, { description: `Takes its endorsement or dissent back. ${bySpeakers}` })
  withdrawStance(
    @Arg('input', () => WithdrawStanceInput) input: WithdrawStanceInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerStatement(context, (tx) => withdrawStance(tx, context.actor, input));
  }
}

@Resolver(() => SafetyCheck)
export class SafetyCheckResolver {
  @FieldResolver(() => Network, { nullable: true })
  network(@Root() { networkId }: SafetyCheck) {
    return stub(Network, networkId);
  }
}
