import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { ApiError } from '../../kit/errors.ts';
import { blackenColumns, patternOf } from './commands/blacken.ts';
import { readableKnowledge, readableMeeting, readableStatement } from './conditions.ts';
import { officedNetworks } from './policy.ts';
import { type Bind, readable } from './statement.ts';
import { cleanText } from './text.ts';
import { recordKinds, written } from './written.ts';

/** A record in which words stand. */
export interface FoundPlace {
  typename: keyof typeof sources;
  id: string;
  /** In how many places of it. */
  places: number;
}

const most = 200; // records
const atOnce = 200; // rows
const longest = 200; // characters

type Condition = (alias: string, actor: Actor, bind: Bind) => string;
interface Source {
  from: string;
  /** Whose networks, and who may read them. */
  circle: string;
  may: Condition;
  /** What is taken out with it, under the names of its columns. */
  held: (manager: EntityManager) => Record<string, string>;
}

/** Columns of a record by their names, and texts of other tables that hang on it. */
const record = (typename: keyof typeof recordKinds, may: Condition, more: Record<string, string>): Source => ({
  from: `${recordKinds[typename].table} r`,
  circle: 'r',
  may,
  held: (manager) => {
    const { columns } = manager.connection.getMetadata(recordKinds[typename].entity);
    const own = columns.filter(({ propertyName }) => (written[typename] as readonly string[]).includes(propertyName));
    return { ...Object.fromEntries(own.map((one) => [one.propertyName, `r.${one.databaseName}`])), ...more };
  },
});
const all = (text: string, table: string, key: string) =>
  `(SELECT jsonb_agg(${text}) FROM ${table} x WHERE x.${key} = r.id)`;

const sources = {
  Post: {
    from: 'post r JOIN thread t ON t.id = r.thread_id AND r.deleted_at IS NULL',
    circle: 't',
    may: readable,
    held: () => ({
      text: 'r.text',
      translations: all('x.text', 'post_translation', 'post_id'),
      revisions: all('x.text', 'post_revision', 'post_id'),
      reports: all('x.reported_text', 'post_report', 'post_id'),
      attachments: all(
        'jsonb_build_array(x.name, x.text_alternative, x.url, x.low_bandwidth_url)',
        'attachment',
        'post_id',
      ),
    }),
  },
  Thread: {
    from: 'thread r',
    circle: 'r',
    may: readable,
    held: () => ({ titles: 'r.titles', quote: 'r.anchor_quote' }),
  },
  Meeting: record('Meeting', readableMeeting, {
    minutes: all('x.texts', 'minutes', 'meeting_id'),
    aliases: all('x.alias', 'attendance_alias', 'meeting_id'),
  }),
  Statement: record('Statement', readableStatement, { checks: all('x.note', 'statement_check', 'statement_id') }),
  KnowledgeItem: record('KnowledgeItem', readableKnowledge, {
    readings: all('x.note', 'knowledge_reading', 'item_id'),
    reuse: all('x.note', 'knowledge_reuse', 'item_id'),
  }),
  Decision: record('Decision', readable, {
    rounds: all('x.short_reason', 'decision_round', 'decision_id'),
    positions: all('x.reason', 'decision_position', 'decision_id'),
  }),
} as const satisfies Record<string, Source>;

/**
 * Where words stand that are to be taken out: in what the actor may read of the networks whose safety officer he is, as `redactPost`, `redactThread` and
 * `redactRecord` find them (whatever their case, and however their accents are encoded). Each table is read whole: words of which only a part is known by heart are
 * in no index.
 * @returns at most 200
 * @throws ApiError BAD_USER_INPUT
 */
export async function findTextPlaces(manager: EntityManager, actor: Actor, text: string): Promise<FoundPlace[]> {
  const words = cleanText(text).trim();
  const { length } = [...words];
  if (length < 2 || length > longest)
    throw new ApiError('BAD_USER_INPUT', `words: between 2 and ${longest} characters.`);
  const networkIds = officedNetworks(actor);
  if (networkIds.length === 0) return [];
  const pattern = patternOf(words);
  const found: FoundPlace[] = [];
  for (const typename of Object.keys(sources) as FoundPlace['typename'][]) {
    for (let after = ''; found.length < most; ) {
      const rows = await readCandidates(manager, actor, { source: sources[typename], networkIds, words, after });
      for (const { id, held } of rows) {
        const count = { places: 0 };
        blackenColumns(held, Object.keys(held), pattern, count);
        if (count.places > 0) found.push({ typename, id, places: count.places });
      }
      if (rows.length < atOnce) break;
      after = rows.at(-1)?.id ?? '';
    }
  }
  return found.slice(0, most);
}

/** Rows that may hold the words, by a part of them; those with percent signs too, since an address may say them so. */
function readCandidates(
  manager: EntityManager,
  actor: Actor,
  { source, networkIds, words, after }: { source: Source; networkIds: string[]; words: string; after: string },
): Promise<{ id: string; held: Record<string, unknown> }[]> {
  const parameters: unknown[] = [];
  const bind: Bind = (value) => `$${parameters.push(value)}`;
  const columns = Object.entries(source.held(manager)).map(([name, sql]) => `'${name}', ${sql}`);
  return manager.query(
    `SELECT id, held FROM (
       SELECT r.id, jsonb_build_object(${columns.join(', ')}) AS held FROM ${source.from}
       WHERE ${source.circle}.network_ids && ${bind(networkIds)}::text[] AND ${source.may(source.circle, actor, bind)} AND r.id > ${bind(after)}
     ) found WHERE normalize(held::text, NFC) ~ ${bind(partOf(words))} OR held::text ~ '%[0-9A-Fa-f]{2}'
     ORDER BY id LIMIT ${atOnce}`,
    parameters,
  );
}

/** Letters that a search whatever their case takes for each other, beyond the two forms that each has. */
const alike = ['sSſ', 'kK\u212a', 'åÅ\u212b', 'ßẞ', 'σςΣ', 'θϑΘϴ', 'μµΜ', 'ωΩ\u2126'];

/** The longest row of letters and digits in the words as an expression for Postgres, which knows the cases of ASCII alone, whatever its locale. */
function partOf(words: string): string {
  const runs = words.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [''];
  const [longestRun = ''] = runs.sort((a, b) => b.length - a.length);
  return [...longestRun]
    .map((letter) => {
      const forms = [letter, letter.toLowerCase(), letter.toUpperCase()].filter((form) => [...form].length === 1);
      return `[${[...new Set([...forms, ...(alike.find((group) => group.includes(letter)) ?? '')])].join('')}]`;
    })
    .join('');
}
