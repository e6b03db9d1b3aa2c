import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import type { ThematicArea } from '../../kit/types.ts';
import { type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { readableKnowledge, readableStatement } from './conditions.ts';
import type { DecisionPlace } from './decision-loaders.ts';
import { KnowledgeItem, type KnowledgeKind, KnowledgeReading, ReuseRecord } from './entities/knowledge.ts';
import { SafetyCheck, Statement, StatementStance, type StatementStatus } from './entities/statement.ts';
import { type Bind, select } from './statement.ts';
import { plain, searchConfigs } from './words.ts';

/** Where a page of statements or of the library ended: time of entry, and id. */
export type EntryPlace = DecisionPlace;

export interface StatementPage {
  status?: StatementStatus | null;
  /** Rows wanted for each key. */
  limit: number;
  after?: EntryPlace | null;
}

export interface KnowledgePage {
  kind?: KnowledgeKind | null;
  tag?: string | null;
  article?: string | null;
  thematicArea?: ThematicArea | null;
  country?: string | null;
  /** Whose review date is that day or earlier. */
  reviewBy?: string | null;
  text?: string | null;
  limit: number;
  after?: EntryPlace | null;
}

const later = (alias: string, after: EntryPlace | null | undefined, bind: Bind) =>
  after ? `AND (${alias}.created_at, ${alias}.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])})` : '';

function knowledgeConditions(page: KnowledgePage, bind: Bind): string {
  const { kind, tag, article, thematicArea, country, reviewBy, text, after } = page;
  const words = (value: string) => {
    const asked = bind(value);
    const texts = [asked, plain(`${asked}::text`)];
    const queries = searchConfigs.flatMap((config) => texts.map((one) => `websearch_to_tsquery('${config}', ${one})`));
    return `m.search @@ (${queries.join(' || ')})`;
  };
  return [
    ...(kind ? [`AND m.kind = ${bind(kind)}`] : []),
    ...(tag ? [`AND m.tags @> ARRAY[${bind(tag)}]::text[]`] : []),
    ...(article ? [`AND m.articles @> ARRAY[${bind(article)}]::text[]`] : []),
    ...(thematicArea ? [`AND m.thematic_areas @> ARRAY[${bind(thematicArea)}]::text[]`] : []),
    ...(country ? [`AND m.countries @> ARRAY[${bind(country)}]::text[]`] : []),
    ...(reviewBy ? [`AND m.review_on <= ${bind(reviewBy)}`] : []),
    ...(text ? [`AND ${words(text)}`] : []),
    later('m', after, bind),
  ].join(' ');
}

export function createLibraryLoaders(manager: EntityManager, actor: Actor) {
  /** @param belongs condition that item `m` is in the list of key `k.id` */
  const knowledgeLists = (belongs: string) =>
    perArguments(
      (page: KnowledgePage): Lists<KnowledgeItem> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              KnowledgeItem,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM knowledge_item m
                   WHERE ${belongs} AND ${readableKnowledge('m', actor, bind)} ${knowledgeConditions(page, bind)}
                   ORDER BY m.created_at DESC, m.id DESC LIMIT ${bind(page.limit)}
                 ) r ORDER BY r.created_at DESC, r.id DESC`,
            ) as Promise<Listed<KnowledgeItem>[]>,
          (row) => row.key,
        ),
    );

  /** @param belongs condition that statement `m` is in the list of key `k.id` */
  const statementLists = (belongs: string) =>
    perArguments(
      ({ status, limit, after }: StatementPage): Lists<Statement> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              Statement,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM statement m WHERE ${belongs} AND ${readableStatement('m', actor, bind)}
                   ${status ? `AND m.status = ${bind(status)}` : ''} ${later('m', after, bind)}
                   ORDER BY m.created_at DESC, m.id DESC LIMIT ${bind(limit)}
                 ) r ORDER BY r.created_at DESC, r.id DESC`,
            ) as Promise<Listed<Statement>[]>,
          (row) => row.key,
        ),
    );

  /** Rows that belong to a thing which the actor has been shown. */
  const rowsOf = <T extends object>(
    entity: new () => T,
    table: string,
    key: string,
    order: string,
    keyOf: (row: T) => string,
  ) =>
    loadListByKey<string, T>(
      (ids) =>
        select(
          manager,
          entity,
          (columns, bind) => `SELECT ${columns} FROM ${table} r WHERE r.${key} = ANY(${bind(ids)}) ORDER BY ${order}`,
        ),
      keyOf,
    );

  return {
    statement: loadByKey<string, Statement>(
      (ids) =>
        select(
          manager,
          Statement,
          (columns, bind) =>
            `SELECT ${columns} FROM statement r WHERE r.id = ANY(${bind(sendable(ids))}) AND ${readableStatement('r', actor, bind)}`,
        ),
      (row) => row.id,
    ),
    statementsOfNetwork: statementLists('m.network_ids @> ARRAY[k.id]'),
    statementsOfEngagement: statementLists('m.engagement_id = k.id'),
    stances: rowsOf(
      StatementStance,
      'statement_stance',
      'statement_id',
      'r.taken_at, r.organisation_id',
      (row) => row.statementId,
    ),
    checks: rowsOf(
      SafetyCheck,
      'statement_check',
      'statement_id',
      'r.network_id, r.by_officer DESC',
      (row) => row.statementId,
    ),
    /** How many organisations disagree with the present text: those that said so, and those against it in the decisions that adopted it, each once. */
    dissenters: loadByKey<string, { id: string; count: number }>(
      (ids) =>
        manager.query(
          `SELECT s.id, count(DISTINCT d.organisation_id)::int AS count FROM statement s
           JOIN LATERAL (
             SELECT organisation_id FROM statement_stance
             WHERE statement_id = s.id AND stance = 'DISSENTS' AND content_hash = s.content_hash
             UNION ALL
             SELECT p.organisation_id FROM unnest(s.decision_ids) AS adopting(id) JOIN decision c ON c.id = adopting.id
             JOIN decision_position p ON p.decision_id = c.id AND p.round = c.round
             WHERE c.content_hash = s.content_hash AND p.position IN ('OBJECT', 'NO')
           ) d ON true
           WHERE s.id = ANY($1) GROUP BY s.id`,
          [ids],
        ),
      (row) => row.id,
    ),

    knowledgeItem: loadByKey<string, KnowledgeItem>(
      (ids) =>
        select(
          manager,
          KnowledgeItem,
          (columns, bind) =>
            `SELECT ${columns} FROM knowledge_item r WHERE r.id = ANY(${bind(sendable(ids))}) AND ${readableKnowledge('r', actor, bind)}`,
        ),
      (row) => row.id,
    ),
    knowledgeOfNetwork: knowledgeLists('m.network_ids @> ARRAY[k.id]'),
    knowledgeOfActivity: knowledgeLists('m.activity_ids @> ARRAY[k.id]'),
    /** All that the actor may read; the key is any one word. */
    knowledge: knowledgeLists('true'),
    readings: rowsOf(
      KnowledgeReading,
      'knowledge_reading',
      'item_id',
      'r.read_at DESC, r.organisation_id',
      (row) => row.itemId,
    ),
    reuse: rowsOf(
      ReuseRecord,
      'knowledge_reuse',
      'item_id',
      'r.reused_at DESC, r.organisation_id',
      (row) => row.itemId,
    ),
  };
}
