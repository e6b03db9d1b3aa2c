import { GraphQLError } from 'graphql';
import { clientKey } from './aliases.ts';
import type { Entity, ResponsePath } from './flatten.ts';
import type { SubgraphError } from './send.ts';

/**
 * An error that says that fields are missing, not where they stand: a subgraph that is down, a reference that was not resolved. The
 * shaper reports it at each field of the client's that has no value because of it.
 */
export interface Failure {
  readonly error: SubgraphError;
  readonly service: string;
  /** Response keys that did not arrive. */
  readonly keys: ReadonlySet<string>;
  /** The place to name if no field that the client asked for turns out to be missing. */
  readonly place: () => ResponsePath | undefined;
}

/** The failures of one run, by the object that lacks fields. */
export class Failures {
  readonly #byEntity = new Map<Entity, Failure[]>();
  readonly #reported = new Set<SubgraphError>();

  add(entity: Entity, failure: Failure): void {
    const known = this.#byEntity.get(entity);
    if (!known) this.#byEntity.set(entity, [failure]);
    else if (!known.some((other) => other.error === failure.error && other.keys === failure.keys)) known.push(failure);
  }

  /** An entity that cannot be asked for because an earlier fetch failed: the same failure explains the fields of this fetch. */
  extend(entity: Entity, keys: ReadonlySet<string>): void {
    for (const failure of [...(this.#byEntity.get(entity) ?? [])]) this.add(entity, { ...failure, keys });
  }

  /** The errors that explain why `entity` has no value for `key`, placed at `path`. */
  explain(entity: Entity, key: string, path: ResponsePath): GraphQLError[] {
    const failures = this.#byEntity.get(entity)?.filter((failure) => failure.keys.has(key)) ?? [];
    for (const { error } of failures) this.#reported.add(error);
    return failures.map(({ error, service }) => toGraphQLError(error, service, path));
  }

  /** The failures that no field of the answer showed: each is still said, once. */
  rest(): GraphQLError[] {
    const errors: GraphQLError[] = [];
    for (const { error, service, place } of [...this.#byEntity.values()].flat()) {
      if (this.#reported.has(error)) continue;
      this.#reported.add(error);
      errors.push(toGraphQLError(error, service, place()));
    }
    return errors;
  }
}

/** A subgraph's error as the client sees it: message and extensions stay, except stack traces; its place and its subgraph are told. */
export function toGraphQLError(error: SubgraphError, service: string, path?: ResponsePath): GraphQLError {
  const { stacktrace: _stacktrace, exception: _exception, ...extensions } = error.extensions ?? {};
  return new GraphQLError(String(error.message), {
    path: path && path.length > 0 ? path.map(clientKey) : undefined,
    extensions: { ...extensions, service },
    originalError: error instanceof GraphQLError ? error.originalError : undefined,
  });
}

/** An error in a field that was fetched for a join only is placed at the object it was fetched for: clients know no other place. */
export function withinAnswer(error: GraphQLError, data: unknown): GraphQLError {
  let value = data;
  for (const [depth, key] of (error.path ?? []).entries()) {
    if (value === null || typeof value !== 'object') return error;
    if (!(key in value)) {
      const { message, extensions, originalError } = error;
      return new GraphQLError(message, { path: error.path?.slice(0, depth), extensions, originalError });
    }
    value = (value as Entity)[key];
  }
  return error;
}

/** Two fetches may ask for one field, which then fails twice: what a subgraph says of one place is told once. */
export function withoutRepeats(errors: readonly GraphQLError[]): GraphQLError[] {
  if (errors.length < 2) return [...errors];
  const told = new Set<string>();
  return errors.filter(({ message, path, extensions }) => {
    const key = JSON.stringify([path, message, extensions]);
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}
