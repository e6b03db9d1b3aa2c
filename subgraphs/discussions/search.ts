import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';
import { isId } from '../../kit/once.ts';
import { Post } from './entities/post.ts';
import { readable, select } from './statement.ts';
import { cleanText } from './text.ts';
import { configOf, plain, searchConfigs } from './words.ts';

/** Where a page of matches ended: rank and post. */
export type MatchPlace = [number, string];

export interface Search {
  text: string;
  networkId: string | null;
  locale: string | null;
  limit: number;
  after: MatchPlace | null;
}

/** A post that was found, in the language in which it fits best. */
export type FoundPost = Post & { rank: number; locale: string; headline: string };

const longest = 200; // characters
/** Control characters, which no text of ours holds: they mark what was found. */
export const [foundFrom, foundTo] = ['\u0001', '\u0002'];

const headline = `StartSel=${foundFrom}, StopSel=${foundTo}, MaxFragments=2, MaxWords=30, MinWords=10, FragmentDelimiter=" … "`;

/**
 * Posts with these words, or forms of them, best first: only such as the actor may read. Words are understood as web searches
 * are: "exact phrase", or, -without.
 * @throws ApiError BAD_USER_INPUT
 */
export async function searchPosts(manager: EntityManager, actor: Actor, search: Search): Promise<FoundPost[]> {
  const text = cleanText(search.text).trim();
  if (text === '' || [...text].length > longest) {
    throw new ApiError('BAD_USER_INPUT', `text: between 1 and ${longest} characters.`);
  }
  if (search.networkId !== null && !isId(search.networkId)) return [];
  const wanted = search.locale === null ? searchConfigs : [configOf(search.locale)];
  const found = await select(manager, Post, (columns, bind) => {
    const words = bind(text);
    const { after, networkId, limit } = search;
    const inLocale =
      search.locale === null ? '' : `AND split_part(s.locale, '-', 1) = split_part(${bind(search.locale)}, '-', 1)`;
    return `
      WITH asked AS MATERIALIZED (
        SELECT config, websearch_to_tsquery(config::regconfig, ${words}) || websearch_to_tsquery(config::regconfig, ${plain(`${words}::text`)}) AS query
        FROM unnest(${bind(wanted)}::text[]) AS c(config)
      ), matched AS (
        SELECT DISTINCT ON (s.post_id) s.post_id, s.locale, s.config, asked.query,
          round(ts_rank_cd(s.vector, asked.query, 1)::numeric, 6)::float8 AS rank
        FROM asked JOIN post_search s ON s.config = asked.config AND s.vector @@ asked.query ${inLocale}
        JOIN post p ON p.id = s.post_id JOIN thread t ON t.id = p.thread_id
        WHERE p.deleted_at IS NULL AND ${readable('t', actor, bind)}
        ${networkId === null ? '' : `AND t.network_ids @> ARRAY[${bind(networkId)}]::text[]`}
        ORDER BY s.post_id, rank DESC, s.locale
      ), page AS (
        SELECT * FROM matched
        ${after ? `WHERE (rank, post_id) < (${bind(after[0])}::float8, ${bind(after[1])})` : ''}
        ORDER BY rank DESC, post_id DESC LIMIT ${bind(limit)}
      )
      SELECT ${columns}, page.rank, page.locale,
        ts_headline(page.config::regconfig, coalesce(tr.text, r.text), page.query, ${bind(headline)}) AS headline
      FROM page JOIN post r ON r.id = page.post_id
      LEFT JOIN post_translation tr ON tr.post_id = page.post_id AND tr.locale = page.locale AND page.locale <> r.original_locale
      ORDER BY page.rank DESC, page.post_id DESC`;
  });
  return found as FoundPost[];
}

/** The words around what was found, in pieces: which of them was found is told beside it, never by marks within. */
export function toSnippet(text: string): { text: string; isMatch: boolean }[] {
  const marks = new RegExp(`[${foundFrom}${foundTo}]`);
  return text
    .split(marks)
    .map((piece, index) => ({ text: piece, isMatch: index % 2 === 1 }))
    .filter(({ text: piece }) => piece !== '');
}
