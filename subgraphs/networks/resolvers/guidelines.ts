import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, type TranslationState, TranslationStateEnum } from '../../../kit/types.ts';
import { guidelinesText } from '../canonical.ts';
import {
  adoptGuidelines,
  circulateGuidelines,
  reviseGuidelines,
  withdrawGuidelines,
} from '../commands/guidelines/circulate.ts';
import { draftGuidelines, translateGuidelines, updateGuidelines } from '../commands/guidelines/draft.ts';
import type { NetworksContext } from '../context.ts';
import { Decision, Seat, stubOrNull } from '../entities/foreign.ts';
import { Guidelines, GuidelinesRevision, GuidelinesTranslation } from '../entities/guidelines.ts';
import { Network } from '../entities/network.ts';
import {
  AdoptGuidelinesInput,
  CirculateGuidelinesInput,
  DraftGuidelinesInput,
  TakeBackGuidelinesInput,
  TranslateGuidelinesInput,
  UpdateGuidelinesInput,
} from '../guideline-inputs.ts';
import { createLoaders, type Loaders } from '../loaders.ts';
import { maySeeGuidelines } from '../policy.ts';
import { GuidelinesPayload } from './payloads.ts';

/** Does it, and shows the guidelines as they are then. */
function change(context: NetworksContext, command: (tx: Transaction) => Promise<string>): Promise<GuidelinesPayload> {
  return answer('guidelines', async () => {
    const id = await context.database.transaction(command);
    context.loaders = createLoaders(context.database.source);
    return context.loaders.guidelines.load(id);
  });
}

const translationFor = (translations: readonly GuidelinesTranslation[], hash: string, locale?: string | null) =>
  [locale, locale?.split('-')[0]]
    .map((tag) => translations.find((one) => one.locale === tag && one.sourceHash === hash))
    .find((found) => found !== undefined);

/** Title and body in the language asked for, where there is a translation of the text as it is; else the text of record. */
async function textOf(guidelines: Guidelines, { translations }: Loaders, locale?: string | null) {
  const { id, recordLocale, recordTitle, recordBody, contentHash } = guidelines;
  const translation =
    locale && locale !== recordLocale ? translationFor(await translations.load(id), contentHash, locale) : undefined;
  return translation ?? { locale: recordLocale, title: recordTitle, body: recordBody };
}

const localized = (text: string, locale: string, sourceLocale: string): LocalizedText => ({
  ...{ text, locale, sourceLocale },
  machineTranslated: false,
});

@Resolver(() => Guidelines)
export class GuidelinesResolver {
  @Query(() => Guidelines, { nullable: true, description: 'Null when there are none, or you may not read them.' })
  async guidelines(
    @Ctx() { actor, loaders }: NetworksContext,
    @Arg('id', () => ID) id: string,
  ): Promise<Guidelines | null> {
    const found = await loaders.guidelines.load(id);
    return found && maySeeGuidelines(actor, found) ? found : null;
  }

  @Mutation(() => GuidelinesPayload, {
    description:
      'Begins a text, or a next edition of one in force. By editors, coordinators and the steering committee.',
  })
  draftGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => DraftGuidelinesInput) input: DraftGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => draftGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description: 'Rewrites a draft. By editors, coordinators and the steering committee.',
  })
  updateGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => UpdateGuidelinesInput) input: UpdateGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => updateGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description:
      'Gives the text in another language, at any time. By editors, coordinators and the steering committee.',
  })
  translateGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => TranslateGuidelinesInput) input: TranslateGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => translateGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description: 'DRAFT to CONSULTATION: the text stands still from here. By a coordinator or the steering committee.',
  })
  circulateGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => CirculateGuidelinesInput) input: CirculateGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => circulateGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description: 'CONSULTATION to DRAFT, so that the text can be changed. By a coordinator or the steering committee.',
  })
  reviseGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => TakeBackGuidelinesInput) input: TakeBackGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => reviseGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description:
      'Gives up what is not adopted. By a coordinator or the steering committee; a draft also by who began it.',
  })
  withdrawGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => TakeBackGuidelinesInput) input: TakeBackGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => withdrawGuidelines(tx, context.actor, input));
  }

  @Mutation(() => GuidelinesPayload, {
    description:
      'CONSULTATION to ADOPTED, by a decision of the network about these Guidelines that adopted this very hash; the edition before becomes SUPERSEDED. ' +
      'By a coordinator or the steering committee. DECISION_NOT_YET_KNOWN: come back in extensions.retryAfterMs.',
  })
  adoptGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('input', () => AdoptGuidelinesInput) input: AdoptGuidelinesInput,
  ): Promise<GuidelinesPayload> {
    return change(context, (tx) => adoptGuidelines(tx, context.actor, input));
  }

  @FieldResolver(() => Network, { description: 'Whose they are.' })
  network(@Root() { networkId }: Guidelines, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => LocalizedText, {
    description: 'In the language asked for where there is a translation of the text as it is; else in that of record.',
  })
  async title(
    @Root() guidelines: Guidelines,
    @Ctx() { loaders }: NetworksContext,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): Promise<LocalizedText> {
    const text = await textOf(guidelines, loaders, locale);
    return localized(text.title, text.locale, guidelines.recordLocale);
  }

  @FieldResolver(() => LocalizedText, {
    description: 'Plain text; a line that begins with `#` is a heading. Its language is chosen as that of the title.',
  })
  async body(
    @Root() guidelines: Guidelines,
    @Ctx() { loaders }: NetworksContext,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): Promise<LocalizedText> {
    const text = await textOf(guidelines, loaders, locale);
    return localized(text.body, text.locale, guidelines.recordLocale);
  }

  @FieldResolver(() => String, {
    description: 'The exact text that is decided on, as JSON: title and body in the language of record.',
  })
  canonicalText(@Root() { recordLocale, recordTitle, recordBody }: Guidelines): string {
    return guidelinesText({ recordLocale, title: recordTitle, body: recordBody });
  }

  @FieldResolver(() => TranslationStateEnum, {
    nullable: true,
    description: 'What there is in a language; null for nothing.',
  })
  async translation(
    @Root() { id, recordLocale, contentHash }: Guidelines,
    @Ctx() { loaders }: NetworksContext,
    @Arg('locale', () => LocaleTag) locale: string,
  ): Promise<TranslationState | null> {
    if (locale === recordLocale) return 'ORIGINAL';
    const found = (await loaders.translations.load(id)).find((one) => one.locale === locale);
    return found ? stateOf(found, contentHash) : null;
  }

  @FieldResolver(() => [GuidelinesTranslation], {
    description: 'All there are, by language; also those that are STALE.',
  })
  @Directive('@listSize(assumedSize: 4)')
  async translations(
    @Root() { id, contentHash }: Guidelines,
    @Ctx() { loaders }: NetworksContext,
  ): Promise<GuidelinesTranslation[]> {
    const found = await loaders.translations.load(id);
    return found.map((one) => Object.assign(one, { state: stateOf(one, contentHash) }));
  }

  @FieldResolver(() => Decision, {
    nullable: true,
    description: 'The decision that put it into force, if you may see it.',
  })
  adoptedByDecision(@Root() { adoptedByDecisionId }: Guidelines): Decision | null {
    return stubOrNull(Decision, adoptedByDecisionId);
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'Who began it; null where that is not known.' })
  draftedBy(@Root() { draftedBySeatId }: Guidelines): Seat | null {
    return stubOrNull(Seat, draftedBySeatId);
  }

  @FieldResolver(() => Guidelines, { nullable: true, description: 'The edition that it takes the place of.' })
  async supersedes(
    @Root() { supersedesId }: Guidelines,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<Guidelines | null> {
    const before = supersedesId === null ? null : await loaders.guidelines.load(supersedesId);
    return before && maySeeGuidelines(actor, before) ? before : null;
  }

  @FieldResolver(() => Guidelines, { nullable: true, description: 'The edition in force in its place.' })
  async supersededBy(
    @Root() { id, seriesId }: Guidelines,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<Guidelines | null> {
    const after = (await loaders.editions.load(seriesId)).find(
      ({ supersedesId, status }) => supersedesId === id && (status === 'ADOPTED' || status === 'SUPERSEDED'),
    );
    return after && maySeeGuidelines(actor, after) ? after : null;
  }

  @FieldResolver(() => [Guidelines], { description: 'All editions of the same text that you may read, newest first.' })
  @Directive('@listSize(assumedSize: 10)')
  async editions(@Root() { seriesId }: Guidelines, @Ctx() { actor, loaders }: NetworksContext): Promise<Guidelines[]> {
    return (await loaders.editions.load(seriesId)).filter((one) => maySeeGuidelines(actor, one));
  }

  @FieldResolver(() => [GuidelinesRevision], {
    description: 'The texts that were put to the members, newest first. Seen in its network alone.',
  })
  @Directive('@listSize(assumedSize: 5)')
  async revisions(
    @Root() { id, networkId }: Guidelines,
    @Ctx() { actor, loaders }: NetworksContext,
  ): Promise<GuidelinesRevision[]> {
    // A text that was taken back is never more visible than a draft.
    if (!maySeeGuidelines(actor, { networkId, status: 'DRAFT', visibility: 'NETWORK' })) return [];
    return loaders.revisions.load(id);
  }
}

const stateOf = ({ sourceHash }: GuidelinesTranslation, contentHash: string): TranslationState =>
  sourceHash === contentHash ? 'HUMAN_REVIEWED' : 'STALE';

@Resolver(() => GuidelinesTranslation)
export class GuidelinesTranslationResolver {
  @FieldResolver(() => Seat, { nullable: true, description: 'Who gave it.' })
  translatedBy(@Root() { translatedBySeatId }: GuidelinesTranslation): Seat | null {
    return stubOrNull(Seat, translatedBySeatId);
  }
}

@Resolver(() => GuidelinesRevision)
export class GuidelinesRevisionResolver {
  @FieldResolver(() => Seat, { nullable: true, description: 'Who put it to the members.' })
  circulatedBy(@Root() { circulatedBySeatId }: GuidelinesRevision): Seat | null {
    return stubOrNull(Seat, circulatedBySeatId);
  }
}
