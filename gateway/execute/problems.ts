import { GraphQLError } from 'graphql';
import type { Failures } from './failures.ts';
import type { Entity } from './flatten.ts';

/** What one shaping finds wrong, and where it stands. */
export class Problems {
  /** Keys from the root to the value being shaped; entries beyond the current depth are stale. */
  readonly path: (string | number)[] = [];
  readonly errors: GraphQLError[];
  readonly #failures: Failures | undefined;

  constructor(errors: GraphQLError[], failures: Failures | undefined) {
    this.errors = errors;
    this.#failures = failures;
  }

  /** A field of the client's did not arrive: says why, if a failed fetch is the reason. @param source its key in the joined data */
  missing(entity: Entity, source: string, key: string, depth: number): void {
    if (this.#failures) this.errors.push(...this.#failures.explain(entity, source, this.#at(depth, key)));
  }

  /** A null where the schema promises none. Said only if no subgraph's error explains it. */
  unexpectedNull(field: string, key: string | number, depth: number): void {
    const path = this.#at(depth, key);
    // The newest first: it is the likeliest to explain this, and there may be one for every item of a long list.
    if (this.errors.findLast((error) => error.path && isPrefix(error.path, path))) return;
    this.#add(`Cannot return null for non-nullable field ${field}.`, path);
  }

  /** A value that the schema does not allow. The value itself is not shown: it may be @inaccessible. */
  invalid(message: string, depth: number): null {
    this.#add(message, this.path.slice(0, depth));
    return null;
  }

  #at(depth: number, key: string | number): (string | number)[] {
    return [...this.path.slice(0, depth), key];
  }

  #add(message: string, path: (string | number)[]): void {
    this.errors.push(new GraphQLError(message, { path, extensions: { code: 'INVALID_SUBGRAPH_VALUE' } }));
  }
}

/** Whether one of the two paths begins with the other. */
function isPrefix(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
