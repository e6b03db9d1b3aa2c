import { type DocumentNode, GraphQLError, parse, print } from 'graphql';

/** Finds what was made before for an operation, or makes it. */
export type FindPlan<T> = (operation: string | DocumentNode, name: string, isValid: boolean) => T;

/**
 * Documents are recognised by identity, texts by the text as it came; both lead to the entry of the normalised text.
 * @param cacheSize entries of texts; those of documents live as long as their document
 * @param make is told whether the document is known to be valid
 */
export function createPlans<T>(
  cacheSize: number,
  make: (document: DocumentNode, name: string, isValid: boolean) => T,
): FindPlan<T> {
  const byDocument = new WeakMap<DocumentNode, Map<string, T>>();
  const plans = new Map<string, T>();
  const recall = (key: string): T | undefined => {
    const found = plans.get(key);
    if (found) {
      plans.delete(key);
      plans.set(key, found);
    }
    return found;
  };
  const remember = (key: string, found: T): void => {
    plans.set(key, found);
    for (const oldest of plans.keys()) {
      if (plans.size <= cacheSize) return;
      plans.delete(oldest);
    }
  };

  return (operation, name, isValid) => {
    const textKey = typeof operation === 'string' ? `${name}\n${operation}` : undefined;
    const known = textKey !== undefined ? recall(textKey) : byDocument.get(operation as DocumentNode)?.get(name);
    if (known) return known;

    const document = typeof operation === 'string' ? parseOperation(operation) : operation;
    const key = `${name}\n${print(document)}`;
    const found = recall(key) ?? make(document, name, isValid);
    remember(key, found);
    if (textKey !== undefined) remember(textKey, found);
    else {
      const names = byDocument.get(document) ?? new Map<string, T>();
      byDocument.set(document, names.set(name, found));
    }
    return found;
  };
}

function parseOperation(text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

export function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } });
}
