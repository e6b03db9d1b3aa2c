import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId } from '../../../kit/once.ts';
import { forbidden } from '../../../kit/types.ts';
import { readableKnowledge, readableStatement } from '../conditions.ts';
import { KnowledgeItem } from '../entities/knowledge.ts';
import { Statement } from '../entities/statement.ts';
import { select } from '../statement.ts';

/** @throws Problem ForbiddenError, the same for what is not there and what is not theirs */
export async function findStatement(tx: Transaction, actor: Actor, id: string): Promise<Statement> {
  const [statement] = isId(id)
    ? await select(
        tx.manager,
        Statement,
        (columns, bind) =>
          `SELECT ${columns} FROM statement r WHERE r.id = ${bind(id)} AND ${readableStatement('r', actor, bind)}`,
      )
    : [];
  if (!statement) throw forbidden('There is no such statement, or you may not see it.');
  return statement;
}

/** @throws Problem ForbiddenError, the same for what is not there and what is not theirs */
export async function findKnowledge(tx: Transaction, actor: Actor, id: string): Promise<KnowledgeItem> {
  const [item] = isId(id)
    ? await select(
        tx.manager,
        KnowledgeItem,
        (columns, bind) =>
          `SELECT ${columns} FROM knowledge_item r WHERE r.id = ${bind(id)} AND ${readableKnowledge('r', actor, bind)}`,
      )
    : [];
  if (!item) throw forbidden('There is no such knowledge item, or you may not see it.');
  return item;
}

/** Those of `ids` that the actor may read. */
export async function findReadableKnowledge(
  tx: Transaction,
  actor: Actor,
  ids: readonly string[],
): Promise<Set<string>> {
  const sendable = ids.filter(isId);
  if (sendable.length === 0) return new Set();
  const items = await select(
    tx.manager,
    KnowledgeItem,
    (columns, bind) =>
      `SELECT ${columns} FROM knowledge_item r WHERE r.id = ANY(${bind(sendable)}) AND ${readableKnowledge('r', actor, bind)}`,
  );
  return new Set(items.map(({ id }) => id));
}
