import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Decision } from '../entities/decision.ts';
import { select } from '../statement.ts';

/** Rows that are changed by steps: each kind with its table, and how a refusal calls it. */
export interface Stepped {
  id: string;
  status: string;
  version: number;
}

/** A row under its lock, so that its steps take turns: what is checked of it is checked after this. */
export async function lockRow<T extends Stepped>(
  tx: Transaction,
  entity: new () => T,
  table: 'meeting' | 'statement' | 'knowledge_item' | 'decision',
  id: string,
): Promise<T> {
  const [row] = await select(
    tx.manager,
    entity,
    (columns, bind) => `SELECT ${columns} FROM ${table} r WHERE r.id = ${bind(id)} FOR UPDATE`,
  );
  return row as T; // nothing deletes one
}

/**
 * One step of a row that the actor has been found to be allowed, once for its `clientMutationId`.
 * @param may is asked again of the row under its lock
 * @param work gets the row under its lock, at the version expected; what it gives back is written, and makes the next version
 * @returns the row's id
 * @throws Problem ForbiddenError; ConflictError when the row has moved on; what `work` throws
 */
export async function stepRow<T extends Stepped>(
  tx: Transaction,
  actor: Actor,
  step: {
    command: string;
    input: { clientMutationId: string; expectedVersion: number };
    entity: new () => T;
    table: 'meeting' | 'statement' | 'knowledge_item';
    id: string;
    may: (row: T) => boolean;
    refusal: string;
    work: (row: T) => Promise<Partial<T> | null>;
  },
): Promise<string> {
  const { command, input, entity, table, id, may, refusal, work } = step;
  return once(tx, actor, command, input, id, async () => {
    const row = await lockRow(tx, entity, table, id);
    if (!may(row)) throw forbidden(refusal);
    if (row.version !== input.expectedVersion) {
      throw conflict(`It has moved on: it is ${row.status} now.`, row.version);
    }
    const changes = await work(row);
    if (changes) await tx.manager.update(entity, { id } as never, { ...changes, version: row.version + 1 } as never);
  });
}

/** @throws Problem ValidationError */
export function requireStatus<S extends string>(
  row: { status: S },
  what: string,
  allowed: readonly S[],
  ...path: string[]
): void {
  if (allowed.includes(row.status)) return;
  throw invalid(`${what} is ${row.status}: this is possible while it is ${allowed.join(' or ')}.`, ...path);
}

/**
 * Checks that these decisions adopted this very text of this very thing, and that together they are of all its networks. A body's decision counts for that
 * body's own things alone.
 * @throws Problem ConflictError when one was on another text; ValidationError
 */
export async function checkAdoption(
  tx: Transaction,
  thing: {
    typename: 'Meeting' | 'Statement';
    id: string;
    networkIds: readonly string[];
    bodyId: string | null;
    version: number;
  },
  contentHash: string,
  decisionIds: readonly string[],
): Promise<string[]> {
  const at = ['input', 'decisionIds'];
  const ids = [...new Set(decisionIds)].sort();
  if (ids.length === 0 || ids.length > 20 || !ids.every(isId)) {
    throw invalid('decisionIds: the ids of 1 to 20 decisions.', ...at);
  }
  const decisions = await select(
    tx.manager,
    Decision,
    (columns, bind) => `SELECT ${columns} FROM decision r WHERE r.id = ANY(${bind(ids)})`,
  );
  const onIt = decisions.filter(
    ({ subjectTypename, subjectId }) => subjectTypename === (thing.typename as string) && subjectId === thing.id,
  );
  // The same words for a decision that is not there, not on this, or not adopted: one of another network may be no business of the reader.
  for (const id of ids) {
    const decision = onIt.find((one) => one.id === id);
    if (decision?.status !== 'ADOPTED') throw invalid(`decisionIds: ${id} is no adopted decision on this.`, ...at);
    if (decision.contentHash !== contentHash) throw conflict(`${id} was decided on another text.`, thing.version);
  }
  const counted = onIt.filter(({ bodyId }) => bodyId === null || bodyId === thing.bodyId);
  const missing = thing.networkIds.filter((id) => !counted.some(({ networkIds }) => networkIds.includes(id)));
  if (missing.length > 0) throw invalid(`decisionIds: there is none of ${missing.join(', ')}.`, ...at);
  return ids;
}
