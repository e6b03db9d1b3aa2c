import type { EntityManager } from 'typeorm';

/** Text search configurations of Postgres, by language; any other language is searched word by word. */
const configs: Readonly<Record<string, string>> = { en: 'english', es: 'spanish', fr: 'french', pt: 'portuguese' };
export const searchConfigs = [...Object.values(configs), 'simple'];

export const configOf = (locale: string): string => configs[locale.split('-')[0] as string] ?? 'simple';

/** Without accents, as SQL. @param text an expression */
export const plain = (text: string) => `regexp_replace(normalize(${text}, NFD), '[\\u0300-\\u036f]', '', 'g')`;

/** Lets a post be found by the words of a text of it: the original, or a translation. One row for each language. */
export async function indexText(manager: EntityManager, postId: string, locale: string, text: string): Promise<void> {
  await manager.query(
    `INSERT INTO post_search (post_id, locale, config, vector)
     VALUES ($1, $2, $3, to_tsvector($3::text::regconfig, $4) || to_tsvector($3::text::regconfig, ${plain('$4::text')}))
     ON CONFLICT (post_id, locale) DO UPDATE SET config = excluded.config, vector = excluded.vector`,
    [postId, locale, configOf(locale), text],
  );
}
