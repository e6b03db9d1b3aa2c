import type { Loaders } from '../loaders.ts';
import type { Plans } from '../plans.ts';
import type { PlanHead } from '../projection/read.ts';
import { readWords } from './index-words.ts';

export interface Similar {
  planId: string;
  key: string;
  /** 0 to 1. */
  score: number;
  /** In which the two were compared. */
  locale: string;
  sameTheme: boolean;
}

const least = 0.2; // of a score, below which two activities have only common words
const mostCandidates = 400;

/**
 * Activities of other plans that the reader may read which say much of what this one says: the cosine of their sets of stems, in the locale in which it
 * is largest, and somewhat more where the theme is the same. Plans of one line (an amendment and what it amends) are one plan.
 */
export async function findSimilar(
  plans: Plans,
  loaders: Loaders,
  of: { plan: Pick<PlanHead, 'id'>; key: string },
  first: number,
): Promise<Similar[]> {
  const { source } = plans.database;
  const line: { id: string }[] = await source.query(
    `WITH RECURSIVE line AS (
       SELECT id, amends FROM plan WHERE id = $1
       UNION
       SELECT p.id, p.amends FROM plan p JOIN line l ON p.id = l.amends OR p.amends = l.id
     ) SELECT id FROM line`,
    [of.plan.id],
  );
  const own = new Set(line.map(({ id }) => id));
  const readable = [...(await loaders.projection.plans()).keys()].filter((id) => !own.has(id));
  if (readable.length === 0) return [];
  await readWords(plans, [of.plan.id, ...readable]);
  return source.query(
    `WITH own AS (
       SELECT locale, words, cardinality(words) AS size FROM plan_words WHERE plan_id = $1 AND node_key = $2 AND words <> '{}'
     ), candidates AS (
       SELECT w.plan_id, w.node_key, w.locale,
         (SELECT count(*) FROM unnest(w.words) AS word WHERE word = ANY (own.words)) / sqrt(own.size::float8 * cardinality(w.words)) AS cosine
       FROM own JOIN plan_words w ON w.locale = own.locale AND w.words && own.words
       WHERE w.plan_id = ANY ($3)
       ORDER BY cosine DESC LIMIT ${mostCandidates}
     ), best AS (
       SELECT DISTINCT ON (plan_id, node_key) * FROM candidates ORDER BY plan_id, node_key, cosine DESC, locale
     )
     SELECT b.plan_id AS "planId", b.node_key AS key, b.locale, t.same AS "sameTheme",
       round(least(1, b.cosine + CASE WHEN t.same THEN 0.1 ELSE 0 END)::numeric, 3)::float8 AS score
     FROM best b CROSS JOIN LATERAL (
       SELECT coalesce((SELECT n.thematic_area IS NOT NULL AND n.thematic_area = m.thematic_area FROM plan_node n, plan_node m
         WHERE n.plan_id = b.plan_id AND n.node_key = b.node_key AND m.plan_id = $1 AND m.node_key = $2), false) AS same
     ) t
     WHERE b.cosine >= ${least} ORDER BY score DESC, b.plan_id, b.node_key LIMIT $4`,
    [of.plan.id, of.key, readable, first],
  );
}
