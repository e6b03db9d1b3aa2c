import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadListByKey } from '../../kit/load.ts';
import { createIdLoader, type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { Decision, DecisionRound, type DecisionStatus, PositionRecord } from './entities/decision.ts';
import { readable, select } from './statement.ts';

/** Where a page of decisions ended: time of opening, and id. */
export type DecisionPlace = [string, string];

export interface DecisionPage {
  status?: DecisionStatus | null;
  /** Rows wanted for each key. */
  limit: number;
  after?: DecisionPlace | null;
}

export function createDecisionLoaders(manager: EntityManager, actor: Actor) {
  /** @param belongs condition that decision `d` is in the list of key `k.id` */
  const decisionLists = (belongs: string) =>
    perArguments(
      ({ status, limit, after }: DecisionPage): Lists<Decision> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              Decision,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM decision d WHERE ${belongs} AND ${readable('d', actor, bind)}
                   ${status ? `AND d.status = ${bind(status)}` : ''}
                   ${after ? `AND (d.created_at, d.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])})` : ''}
                   ORDER BY d.created_at DESC, d.id DESC LIMIT ${bind(limit)}
                 ) r ORDER BY r.created_at DESC, r.id DESC`,
            ) as Promise<Listed<Decision>[]>,
          (row) => row.key,
        ),
    );

  return {
    decision: createIdLoader(manager, actor)(Decision, 'decision'),
    decisionsOfNetwork: decisionLists('d.network_ids @> ARRAY[k.id]'),
    decisionsOfPlan: decisionLists("d.subject_typename = 'WorkingPlan' AND d.subject_id = k.id"),
    /** Keys are `<typename> <id>`. */
    decisionsOfSubject: decisionLists(
      "d.subject_typename = split_part(k.id, ' ', 1) AND d.subject_id = substr(k.id, strpos(k.id, ' ') + 1)",
    ),
    /** Keys are ids of decisions that the actor has been shown. First round first. */
    rounds: loadListByKey<string, DecisionRound>(
      (ids) =>
        select(
          manager,
          DecisionRound,
          (columns, bind) =>
            `SELECT ${columns} FROM decision_round r WHERE r.decision_id = ANY(${bind(ids)}) ORDER BY r.number`,
        ),
      (row) => row.decisionId,
    ),
    /** Of all rounds. Keys are ids of decisions whose positions the actor may read. */
    positions: loadListByKey<string, PositionRecord>(
      (ids) =>
        select(
          manager,
          PositionRecord,
          (columns, bind) =>
            `SELECT ${columns} FROM decision_position r WHERE r.decision_id = ANY(${bind(ids)})
             ORDER BY r.taken_at, r.organisation_id`,
        ),
      (row) => row.decisionId,
    ),
  };
}
