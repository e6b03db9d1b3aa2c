import { Arg, Ctx, Directive, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum } from '../../../kit/types.ts';
import { compareTexts, type PartChange, type WordChange } from '../comparison.ts';
import type { NetworksContext } from '../context.ts';
import { Guidelines } from '../entities/guidelines.ts';
import { GuidelinesTextInput } from '../guideline-inputs.ts';
import { maySeeGuidelines } from '../policy.ts';

const PartChangeEnum = defineEnum(
  'GuidelinesPartChange',
  ['SAME', 'CHANGED', 'ONLY_FROM', 'ONLY_TO'] satisfies PartChange[],
  'Whether a section stands in both texts.',
);
const WordChangeEnum = defineEnum(
  'GuidelinesWordChange',
  ['SAME', 'REMOVED', 'ADDED'] satisfies WordChange[],
  'REMOVED: only in the first text. ADDED: only in the second.',
);

@ObjectType({ description: 'Words and the spaces between them.' })
export class GuidelinesWords {
  @Field(() => WordChangeEnum, { description: 'In which of the two texts they are.' })
  change!: WordChange;
  @Field(() => String, { description: 'As they are written.' })
  text!: string;
}

@ObjectType({ description: 'A section of one or both texts. Sections are paired by the words of their heading.' })
export class GuidelinesPart {
  @Field(() => String, { nullable: true, description: 'Null: what stands before the first heading.' })
  heading!: string | null;
  @Field(() => PartChangeEnum, { description: 'Whether both have it, and say the same.' })
  change!: PartChange;
  @Field(() => String, { nullable: true, description: 'What the first text says in it.' })
  from!: string | null;
  @Field(() => String, { nullable: true, description: 'What the second text says in it.' })
  to!: string | null;
  @Field(() => [GuidelinesWords], { description: 'How the second comes out of the first; empty unless CHANGED.' })
  @Directive('@listSize(assumedSize: 20)')
  words!: GuidelinesWords[];
}

@ObjectType({ description: 'Two texts side by side.' })
export class GuidelinesComparison {
  @Field(() => Guidelines, { description: 'The first text is of these.' })
  from!: Guidelines;
  @Field(() => Guidelines, { description: 'The second text is of these.' })
  to!: Guidelines;
  @Field(() => LocaleTag, { description: 'The language of the first text.' })
  fromLocale!: string;
  @Field(() => LocaleTag, {
    description:
      'The language of the second text. Where it is another one, sections are not told apart by their words.',
  })
  toLocale!: string;
  @Field(() => Boolean, { description: 'Whether they say the same, in the same language.' })
  same!: boolean;
  @Field(() => [GuidelinesPart], { description: 'Section by section, in the order of the second text.' })
  @Directive('@listSize(assumedSize: 30)')
  parts!: GuidelinesPart[];
}

interface Text {
  locale: string;
  title: string;
  body: string;
}

@Resolver()
export class GuidelinesComparisonResolver {
  @Query(() => GuidelinesComparison, {
    nullable: true,
    description:
      'Two editions, two texts that were circulated, or the texts of two networks. Null when there is no such text, or you may not read one of them. ' +
      'Compared in a language that both have: the one asked for, else one of record; else each in its own.',
  })
  async compareGuidelines(
    @Ctx() context: NetworksContext,
    @Arg('from', () => GuidelinesTextInput) fromText: GuidelinesTextInput,
    @Arg('to', () => GuidelinesTextInput) toText: GuidelinesTextInput,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): Promise<GuidelinesComparison | null> {
    const [first, second] = await Promise.all([fromText, toText].map((text) => findTexts(context, text)));
    if (!first || !second) return null;
    const [from, to] = chooseLanguage(first.texts, second.texts, locale);
    if (!from || !to) throw new ApiError('NOT_FOUND', 'These guidelines have no text.');
    const parts = compareTexts(from.body, to.body);
    const same = from.locale === to.locale && from.title === to.title && parts.every(({ change }) => change === 'SAME');
    return { from: first.guidelines, to: second.guidelines, fromLocale: from.locale, toLocale: to.locale, same, parts };
  }
}

/** A text in all its languages that are not stale, that of record first. @returns null for what is not there or may not be read */
async function findTexts(
  { actor, loaders }: NetworksContext,
  { id, revision }: GuidelinesTextInput,
): Promise<{ guidelines: Guidelines; texts: Text[] } | null> {
  const guidelines = await loaders.guidelines.load(id);
  if (!guidelines || !maySeeGuidelines(actor, guidelines)) return null;
  const { networkId, recordLocale, recordTitle, recordBody, contentHash } = guidelines;
  if (revision == null) {
    const current = (await loaders.translations.load(id)).filter(({ sourceHash }) => sourceHash === contentHash);
    return { guidelines, texts: [{ locale: recordLocale, title: recordTitle, body: recordBody }, ...current] };
  }
  if (!maySeeGuidelines(actor, { networkId, status: 'DRAFT', visibility: 'NETWORK' })) return null;
  const found = (await loaders.revisions.load(id)).find(({ number }) => number === revision);
  return found ? { guidelines, texts: [{ locale: found.recordLocale, title: found.title, body: found.body }] } : null;
}

function chooseLanguage(first: Text[], second: Text[], wanted?: string | null): [Text | undefined, Text | undefined] {
  const tags = [
    wanted,
    wanted?.split('-')[0],
    second[0]?.locale,
    first[0]?.locale,
    ...first.map((text) => text.locale),
  ];
  for (const tag of tags) {
    const pair = [first, second].map((texts) => texts.find((text) => text.locale === tag));
    if (pair[0] && pair[1]) return [pair[0], pair[1]];
  }
  return [first[0], second[0]];
}
