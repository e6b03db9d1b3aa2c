import DataLoader from 'dataloader';
import type { Plans } from '../plans.ts';
import type { PlanHead } from '../projection/read.ts';
import { readWords } from './index-words.ts';

/** An activity, and how many like it are wanted. */
export interface Asked {
  planId: string;
  key: string;
  first: number;
}

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
 * is largest, and somewhat more where the theme is the same. Plans of one line (an amendment and what it amends) are one plan. One statement, however many
 * activities it is asked of.
 * @param readable the plans that the reader may read
 */
export const createSimilarLoader = (plans: Plans, readable: () => Promise<ReadonlyMap<string, PlanHead>>) =>
  new DataLoader<Asked, Similar[], string>((asked) => findSimilar(plans, readable, asked), {
    cacheKeyFn: ({ planId, key, first }) => JSON.stringify([planId, key, first]),
  });

async function findSimilar(
  plans: Plans,
  readable: () => Promise<ReadonlyMap<string, PlanHead>>,
  asked: readonly Asked[],
): Promise<Similar[][]> {
  const planIds = [...new Set(asked.map(({ planId }) => planId))];
  const others = [...(await readable()).keys()];
  await readWords(plans, [...new Set([...planIds, ...others])]);
  const rows: (Similar & { n: number })[] = await plans.database.source.query(
    `WITH RECURSIVE line AS (
       SELECT id AS of, id, amends FROM plan WHERE id = ANY ($5)
       UNION
       SELECT l.of, p.id, p.amends FROM plan p JOIN line l ON p.id = l.amends OR p.amends = l.id
     ), asked AS (
       SELECT a.*, ARRAY(SELECT unnest($4::text[]) EXCEPT SELECT l.id FROM line l WHERE l.of = a.plan_id) AS others
       FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY AS a(plan_id, node_key, first, n)
     )
     SELECT a.n::int, s.* FROM asked a CROSS JOIN LATERAL (
       WITH own AS (
         SELECT locale, words, cardinality(words) AS size FROM plan_words
         WHERE plan_id = a.plan_id AND node_key = a.node_key AND words <> '{}'
       ), candidates AS (
         SELECT w.plan_id, w.node_key, w.locale,
           (SELECT count(*) FROM unnest(w.words) AS word WHERE word = ANY (own.words)) / sqrt(own.size::float8 * cardinality(w.words)) AS cosine
         FROM own JOIN plan_words w ON w.locale = own.locale AND w.words && own.words
         WHERE w.plan_id = ANY (a.others)
         ORDER BY cosine DESC LIMIT ${mostCandidates}
       ), best AS (
         SELECT DISTINCT ON (plan_id, node_key) * FROM candidates ORDER BY plan_id, node_key, cosine DESC, locale
       )
       SELECT b.plan_id AS "planId", b.node_key AS key, b.locale, t.same AS "sameTheme",
         round(least(1, b.cosine + CASE WHEN t.same THEN 0.1 ELSE 0 END)::numeric, 3)::float8 AS score
       FROM best b CROSS JOIN LATERAL (
         SELECT coalesce((SELECT n.thematic_area IS NOT NULL AND n.thematic_area = m.thematic_area FROM plan_node n, plan_node m
           WHERE n.plan_id = b.plan_id AND n.node_key = b.node_key AND m.plan_id = a.plan_id AND m.node_key = a.node_key), false) AS same
       ) t
       WHERE b.cosine >= ${least} ORDER BY score DESC, b.plan_id, b.node_key LIMIT a.first
     ) s ORDER BY a.n, s.score DESC, s."planId", s.key`,
    [asked.map(({ planId }) => planId), asked.map(({ key }) => key), asked.map(({ first }) => first), others, planIds],
  );
  const found: Similar[][] = asked.map(() => []);
  for (const { n, ...row } of rows) found[n - 1]!.push(row);
  return found;
}
