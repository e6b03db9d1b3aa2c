import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { Actor } from '../kit/context.ts';
import { ApiError } from '../kit/errors.ts';

/** What one document may hold. */
export interface Limits {
  /** Lexical tokens of the text. */
  tokens: number;
  /** Levels of fields, fragments spread in. */
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
}

const memberLimits: Limits = { tokens: 4_000, depth: 12, aliases: 30, rootFields: 20, directives: 30 };
const otherLimits: Limits = { ...memberLimits, tokens: 2_000 };

export const limitsOf = (actor: Actor): Limits => (actor.kind === 'SEAT' ? memberLimits : otherLimits);

interface Counts {
  depth: number;
  aliases: number;
  rootFields: number;
  directives: number;
}

/**
 * Reads an operation's text within limits, the same for HTTP, WebSocket and SSE.
 * @throws ApiError OPERATION_TOO_LARGE naming the limit; GraphQLError GRAPHQL_PARSE_FAILED
 */
export type ReadDocument = (text: unknown, actor: Actor) => DocumentNode;

/** @param kept how many documents are remembered as read and within limits */
export function createDocumentReader(kept = 1_000): ReadDocument {
  const known = new Map<string, DocumentNode>();
  return (text, actor) => {
    if (typeof text !== 'string' || text === '')
      throw new ApiError('BAD_REQUEST', 'query: a GraphQL document is needed.');
    const limits = limitsOf(actor);
    const key = `${limits.tokens}\n${text}`;
    const before = known.get(key);
    if (before) return before;
    const document = parseWithin(text, limits.tokens);
    checkLimits(document, limits);
    const oldest = known.size >= kept ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(key, document);
    return document;
  };
}

function parseWithin(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { maxTokens });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('nesting', 'more than the parser can hold', 'a few hundred levels');
    if (error instanceof GraphQLError && /more that \d+ tokens/.test(error.message)) {
      throw tooLarge('tokens', 'more', maxTokens);
    }
    const { message, source, positions } = error as GraphQLError;
    throw new GraphQLError(message, { source, positions, extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
  }
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
  const counted = new Map<string, Counts>();

  const countFragment = (name: string): Counts => {
    const before = counted.get(name);
    if (before) return before;
    const none = { depth: 0, aliases: 0, rootFields: 0, directives: 0 };
    counted.set(name, none); // a circle of spreads ends here; validation refuses it by name
    const fragment = fragments.get(name);
    const counts = fragment ? count(fragment.selectionSet, 1) : none;
    counted.set(name, counts);
    return counts;
  };

  /** @param level of the set's own fields, only to stop before the stack does */
  const count = (set: SelectionSetNode, level: number): Counts => {
    if (level > limits.depth) throw tooLarge('levels of depth', `over ${limits.depth}`, limits.depth);
    const sum: Counts = { depth: 0, aliases: 0, rootFields: 0, directives: 0 };
    const add = (inner: Counts, below: number) => {
      sum.depth = Math.max(sum.depth, inner.depth + below);
      sum.aliases += inner.aliases;
      sum.directives += inner.directives;
    };
    for (const selection of set.selections) {
      sum.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        sum.rootFields += 1;
        if (selection.alias) sum.aliases += 1;
        sum.depth = Math.max(sum.depth, 1);
        if (selection.selectionSet) add(count(selection.selectionSet, level + 1), 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? count(selection.selectionSet, level)
            : countFragment(selection.name.value);
        add(inner, 0);
        sum.rootFields += inner.rootFields;
      }
    }
    return sum;
  };

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const counts = count(definition.selectionSet, 1);
    counts.directives += definition.directives?.length ?? 0;
    if (counts.depth > limits.depth) throw tooLarge('levels of depth', counts.depth, limits.depth);
    if (counts.aliases > limits.aliases) throw tooLarge('aliases', counts.aliases, limits.aliases);
    if (counts.rootFields > limits.rootFields) throw tooLarge('root fields', counts.rootFields, limits.rootFields);
    if (counts.directives > limits.directives) throw tooLarge('directives', counts.directives, limits.directives);
  }
}
