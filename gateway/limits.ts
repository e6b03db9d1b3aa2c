import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type Token,
  TokenKind,
} from 'graphql';
import type { Actor } from '../kit/context.ts';
import { ApiError } from '../kit/errors.ts';
import { Cache } from './cache.ts';

/** What one document may hold. */
export interface Limits {
  /** Lexical tokens of the text. */
  tokens: number;
  /** Levels of fields, fragments spread in. */
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
  /** Fields and fragments of all definitions, spread in wherever they are spread: what planning costs. */
  selections: number;
  operations: number;
  /** Fragment definitions; validation compares each with each. */
  fragments: number;
  /** Pairs of fields that answer under one key of one object; validation compares each pair. */
  merges: number;
}

const memberLimits: Limits = {
  ...{ tokens: 4_000, depth: 12, aliases: 30, rootFields: 20, directives: 30 },
  ...{ selections: 1_000, operations: 50, fragments: 60, merges: 3_000 },
};
const otherLimits: Limits = { ...memberLimits, tokens: 2_000 };

export const limitsOf = (actor: Actor): Limits => (actor.kind === 'SEAT' ? memberLimits : otherLimits);

/** Sums of a selection set, fragments spread in. */
interface Counts {
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
  selections: number;
}

const none: Counts = { depth: 0, aliases: 0, rootFields: 0, directives: 0, selections: 0 };

/**
 * Reads an operation's text within limits, the same for HTTP, WebSocket and SSE.
 * @throws ApiError OPERATION_TOO_LARGE naming the limit; GraphQLError GRAPHQL_PARSE_FAILED
 */
export type ReadDocument = (text: unknown, actor: Actor) => DocumentNode;

const perToken = 500; // bytes that a token's part of a read and planned document takes, measured
const perCharacter = 4;

/** About how many bytes a document takes, with its plan. */
export const weigh = (document: DocumentNode): number =>
  (document.loc?.source.body.length ?? 0) * perCharacter + (document.tokenCount ?? memberLimits.tokens) * perToken;

/** @param kept bytes of documents that are remembered as read and within limits, and of their plans */
export function createDocumentReader(kept = 64 * 1024 * 1024): ReadDocument {
  const known = new Cache<DocumentNode>(kept);
  return (text, actor) => {
    if (typeof text !== 'string' || text === '')
      throw new ApiError('BAD_REQUEST', 'query: a GraphQL document is needed.');
    const limits = limitsOf(actor);
    const key = `${limits.tokens}\n${text}`;
    const before = known.get(key);
    if (before) return before;
    const document = parseWithin(text, limits.tokens);
    checkLimits(document, limits);
    known.set(key, document, weigh(document));
    return document;
  };
}

function parseWithin(text: string, maxTokens: number): DocumentNode {
  try {
    return withoutComments(parse(text, { maxTokens }));
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('nesting', 'more than the parser can hold', 'a few hundred levels');
    if (error instanceof GraphQLError && /more that \d+ tokens/.test(error.message)) {
      throw tooLarge('tokens', 'more', maxTokens);
    }
    const { message, source, positions } = error as GraphQLError;
    throw new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
  }
}

/**
 * The parser chains all tokens it has met, and each node holds the chain. Comments are among them, though it does not count
 * them: tens of thousands in one text, a hundred bytes each, for as long as the document is remembered.
 */
export function withoutComments(document: DocumentNode): DocumentNode {
  let token: Token | null | undefined = document.loc?.startToken;
  while (token) {
    let { next }: Token = token;
    while (next?.kind === TokenKind.COMMENT) next = next.next;
    Object.assign(token, { next });
    if (next) Object.assign(next, { prev: token });
    token = next;
  }
  return document;
}

const tooLarge = (limit: string, value: number | string, maximum: number | string) =>
  new ApiError('OPERATION_TOO_LARGE', `This operation has too many ${limit}: ${value}, at most ${maximum}.`, {
    limit,
    maximum,
  });

/** Each fragment is counted once and remembered, so that chains and fans of spreads cost no more than their text. */
export function checkLimits(document: DocumentNode, limits: Limits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
  if (operations > limits.operations) throw tooLarge('operations', operations, limits.operations);
  if (fragments.size > limits.fragments) throw tooLarge('fragments', fragments.size, limits.fragments);
  const counted = new Map<string, Counts>();

  const countFragment = (name: string): Counts => {
    const before = counted.get(name);
    if (before) return before;
    counted.set(name, none); // a circle of spreads ends here; validation refuses it by name
    const fragment = fragments.get(name);
    const counts = fragment ? count(fragment.selectionSet, 1) : none;
    counted.set(name, counts);
    return counts;
  };

  /**
   * @param level of the set's own fields, only to stop before the stack does
   * @param inline fragments around it; each level of fields may be wrapped in as many as there are levels
   */
  const count = (set: SelectionSetNode, level: number, inline = 0): Counts => {
    if (level > limits.depth) throw tooLarge('levels of depth', `over ${limits.depth}`, limits.depth);
    if (inline > limits.depth) throw tooLarge('fragments within fragments', `over ${limits.depth}`, limits.depth);
    const sum: Counts = { ...none };
    const add = (inner: Counts, below: number) => {
      sum.depth = Math.max(sum.depth, inner.depth + below);
      sum.aliases += inner.aliases;
      sum.directives += inner.directives;
      sum.selections += inner.selections;
    };
    for (const selection of set.selections) {
      sum.directives += selection.directives?.length ?? 0;
      sum.selections += 1;
      if (selection.kind === Kind.FIELD) {
        sum.rootFields += 1;
        if (selection.alias) sum.aliases += 1;
        if (selection.alias?.value === '__proto__') throw unsafeName();
        sum.depth = Math.max(sum.depth, 1);
        if (selection.selectionSet) add(count(selection.selectionSet, level + 1), 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? count(selection.selectionSet, level, inline + 1)
            : countFragment(selection.name.value);
        add(inner, 0);
        sum.rootFields += inner.rootFields;
      }
    }
    return sum;
  };

  let selections = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) selections += countFragment(definition.name.value).selections;
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      if (definition.variableDefinitions?.some(({ variable }) => variable.name.value === '__proto__'))
        throw unsafeName();
      const counts = count(definition.selectionSet, 1);
      counts.directives += definition.directives?.length ?? 0;
      selections += counts.selections;
      if (counts.depth > limits.depth) throw tooLarge('levels of depth', counts.depth, limits.depth);
      if (counts.aliases > limits.aliases) throw tooLarge('aliases', counts.aliases, limits.aliases);
      if (counts.rootFields > limits.rootFields) throw tooLarge('root fields', counts.rootFields, limits.rootFields);
      if (counts.directives > limits.directives) throw tooLarge('directives', counts.directives, limits.directives);
    }
    if (selections > limits.selections) throw tooLarge('selections, fragments spread in', 'more', limits.selections);
  }
  const merges = countMerges(document, fragments);
  if (merges > limits.merges) throw tooLarge('fields under one name', `${merges} pairs`, limits.merges);
}

/** JavaScript reads this name as something else than a key: it never becomes one, here or in a subgraph. */
const unsafeName = () => new ApiError('BAD_REQUEST', 'Neither an alias nor a variable may be called __proto__.');

interface Merged {
  times: number;
  below: Map<string, Merged>;
}

/** Walks every definition with its fragments spread in: call it once their selections are known to be few. */
function countMerges(document: DocumentNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): number {
  let pairs = 0;
  const spread = new Set<string>();
  const walk = (set: SelectionSetNode, keys: Map<string, Merged>) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const merged = keys.get(key) ?? { times: 0, below: new Map() };
        keys.set(key, merged);
        pairs += merged.times;
        merged.times += 1;
        if (selection.selectionSet) walk(selection.selectionSet, merged.below);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, keys);
      else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        if (!fragment || spread.has(name)) continue;
        spread.add(name);
        walk(fragment.selectionSet, keys);
        spread.delete(name);
      }
    }
  };
  for (const definition of document.definitions) {
    if ('selectionSet' in definition && definition.selectionSet) walk(definition.selectionSet, new Map());
  }
  return pairs;
}
