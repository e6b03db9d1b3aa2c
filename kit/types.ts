import 'reflect-metadata';
import {
  createUnionType,
  Directive,
  Field,
  InputType,
  Int,
  InterfaceType,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import { visibilities } from './context.ts';
import { Cursor, LocaleTag } from './scalars.ts';

const asEnum = <T extends string>(values: readonly T[]) =>
  Object.fromEntries(values.map((value) => [value, value])) as { [K in T]: K };

/** Registers a GraphQL enum whose values are their own names; the same object may serve several subgraphs. */
export function defineEnum<T extends string>(name: string, values: readonly T[], description?: string) {
  const object = asEnum(values);
  registerEnumType(object, { name, ...(description && { description }) });
  return object;
}

export const VisibilityEnum = defineEnum('Visibility', visibilities, 'From most open to most closed.');
export const provenances = ['SOURCED', 'SAMPLE', 'USER'] as const;
export type Provenance = (typeof provenances)[number];
export const ProvenanceEnum = defineEnum(
  'Provenance',
  provenances,
  'SOURCED: from a public source, named in sourceUrl. SAMPLE: invented for demonstration. USER: entered by a user.',
);
export const thematicAreas = [
  'TRAFFICKING_IN_PERSONS',
  'SMUGGLING_OF_MIGRANTS',
  'FIREARMS',
  'GENERAL_UNTOC',
  'EMERGING_CRIMES',
] as const;
export type ThematicArea = (typeof thematicAreas)[number];
export const ThematicAreaEnum = defineEnum('ThematicArea', thematicAreas);

export const translationStates = ['ORIGINAL', 'MACHINE', 'HUMAN_REVIEWED', 'STALE'] as const;
export type TranslationState = (typeof translationStates)[number];
export const TranslationStateEnum = defineEnum(
  'TranslationState',
  translationStates,
  'ORIGINAL: the language of record. MACHINE: translated by a machine, read by nobody. HUMAN_REVIEWED: given or read by a ' +
    'person. STALE: of either, but the original has changed since.',
);

/** Text per locale, as it is stored: `{ en: '...', es: '...' }`. */
export type Localized = Record<string, string>;

@ObjectType({ description: 'Text in the locale asked for, or in the source locale: `locale` says which.' })
@Directive('@shareable')
export class LocalizedText {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String)
  text!: string;
  @Field(() => Boolean)
  machineTranslated!: boolean;
  @Field(() => LocaleTag, { nullable: true })
  sourceLocale!: string | null;
}

/**
 * The text for a reader: the locale asked for, else its language (`pt-BR` -> `pt`), else the source locale, else any.
 * @returns null when there is no text at all
 */
export function localize(
  text: Localized | null | undefined,
  locale?: string | null,
  sourceLocale = 'en',
): LocalizedText | null {
  if (!text) return null;
  const chosen = [locale, locale?.split('-')[0], sourceLocale, ...Object.keys(text)].find(
    (tag) => tag && text[tag] !== undefined && text[tag] !== '',
  );
  if (!chosen) return null;
  return { locale: chosen, text: text[chosen] as string, machineTranslated: false, sourceLocale };
}

@InputType()
export class LocalizedInput {
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => String)
  text!: string;
}

export const fromInput = (input: readonly LocalizedInput[]): Localized =>
  Object.fromEntries(input.map(({ locale, text }) => [locale, text]));

@ObjectType()
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;
  @Field(() => Boolean)
  hasPreviousPage!: boolean;
  @Field(() => Cursor, { nullable: true })
  startCursor!: string | null;
  @Field(() => Cursor, { nullable: true })
  endCursor!: string | null;
}

@InterfaceType()
export abstract class UserError {
  @Field(() => String)
  message!: string;
  @Field(() => [String], { nullable: true, description: 'The input field at fault, from the top.' })
  path!: string[] | null;
}

@ObjectType({ implements: UserError })
@Directive('@shareable')
export class ValidationError extends UserError {}

@ObjectType({ implements: UserError })
@Directive('@shareable')
export class ConflictError extends UserError {
  @Field(() => Int)
  currentVersion!: number;
}

@ObjectType({ implements: UserError })
@Directive('@shareable')
export class ForbiddenError extends UserError {
  @Field(() => String, {
    nullable: true,
    description: 'The region in which it may be done, where that is why it is refused here.',
  })
  homeRegion!: string | null;
}

export const MutationProblem = createUnionType({
  name: 'MutationProblem',
  types: () => [ValidationError, ConflictError, ForbiddenError] as const,
});

/** A command's refusal that belongs in the payload's `problems`: thrown inside a transaction, so that it rolls back, and caught by `answer`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(readonly problem: ValidationError | ConflictError | ForbiddenError) {
    super(problem.message);
  }
}

export const invalid = (message: string, ...path: string[]) =>
  new Problem(Object.assign(new ValidationError(), { message, path: path.length > 0 ? path : null }));
export const forbidden = (message: string, homeRegion: string | null = null) =>
  new Problem(Object.assign(new ForbiddenError(), { message, path: null, homeRegion }));
export const conflict = (message: string, currentVersion: number) =>
  new Problem(Object.assign(new ConflictError(), { message, path: null, currentVersion }));

/** Runs a command for a mutation payload: `{ [name]: result, problems: [] }`, or null and the one problem that stopped it. */
export async function answer<K extends string, T>(name: K, command: () => Promise<T>) {
  type Payload = { [P in K]: T | null } & { problems: (ValidationError | ConflictError | ForbiddenError)[] };
  try {
    return { [name]: await command(), problems: [] } as unknown as Payload;
  } catch (error) {
    if (error instanceof Problem) return { [name]: null, problems: [error.problem] } as unknown as Payload;
    throw error;
  }
}
