import type { EntityManager } from 'typeorm';
import { type ContentNode, canonicalize, type Json, nodesOfContent, withoutText } from '../../document/canonical.ts';
import { fieldType } from '../../document/fields.ts';
import { hashText } from '../suggestions/texts.ts';
import { holds, kept, strike, type Target } from './target.ts';

/**
 * Where words of a plan stand outside its document, each with its key: these columns are rid of a text that is redacted. Any other column with words
 * in it must be added here; a test asks for it.
 */
export const notes = [
  { table: 'activity_status', column: 'note', key: ['node_key'] },
  { table: 'milestone_status', column: 'evidence', key: ['node_key'] },
  { table: 'indicator_actual', column: 'actual', key: ['node_key'] },
  { table: 'plan_changes_request', column: 'note', key: ['version'] },
  { table: 'plan_version', column: 'label', key: ['number'], also: 'redacted_at = now()' },
  { table: 'plan_redaction', column: 'reason', key: ['epoch'] },
  { table: 'plan_strategy', column: 'title', key: ['id'] },
  { table: 'plan_strategy', column: 'url', key: ['id'] },
] as const;

/** Tables whose rows a redaction rewrites or deletes. */
export const touchedTables = [
  'plan',
  'plan_edit',
  'plan_snapshot',
  'plan_suggestion',
  'plan_node',
  'link_item',
  'plan_export',
  'plan_words',
  ...new Set(notes.map(({ table }) => table)),
];

/** What was made from the plan's text and can be made again: files, and the words by which similar activities are found. */
export async function deleteDerived(manager: EntityManager, planId: string): Promise<void> {
  await manager.query('DELETE FROM plan_export WHERE plan_id = $1', [planId]);
  await manager.query('DELETE FROM plan_words WHERE plan_id = $1', [planId]);
  await manager.query('DELETE FROM plan_words_read WHERE plan_id = $1', [planId]);
}

/** Takes the target out of all copies of the plan's text, under the plan's lock. @returns how many rows held it */
export async function strikeCopies(manager: EntityManager, planId: string, target: Target): Promise<number> {
  let rows = 0;
  if ('texts' in target) for (const note of notes) rows += await strikeNotes(manager, planId, note, target.texts);
  rows += await strikeVersions(manager, planId, target);
  rows += await strikeSuggestions(manager, planId, target);
  return rows;
}

async function strikeNotes(
  manager: EntityManager,
  planId: string,
  { table, column, key, ...rest }: (typeof notes)[number],
  texts: readonly string[],
): Promise<number> {
  const rows: { key: unknown[]; value: string | string[] }[] = await manager.query(
    `SELECT jsonb_build_array(${key.join(', ')}) AS key, ${column} AS value FROM ${table} WHERE plan_id = $1 AND ${column} IS NOT NULL
     ORDER BY ${key.join(', ')}`,
    [planId],
  );
  const held = rows.filter(({ value }) => holds(value, texts));
  for (const { key: found, value } of held) {
    const also = 'also' in rest ? `, ${rest.also}` : '';
    const where = key.map((name, index) => `AND ${name} = $${index + 3}`).join(' ');
    await manager.query(`UPDATE ${table} SET ${column} = $2${also} WHERE plan_id = $1 ${where}`, [
      planId,
      Array.isArray(value)
        ? value.map((entry) => scrub(entry, texts)).filter((entry) => entry !== '')
        : scrub(value, texts),
      ...found,
    ]);
  }
  return held.length;
}

/** What only reads as the text once decoded cannot be cut at its characters: then all of it goes. */
function scrub(value: string, texts: readonly string[]): string {
  const rest = strike(value, texts);
  return holds(rest, texts) ? '' : rest;
}

async function strikeVersions(manager: EntityManager, planId: string, target: Target): Promise<number> {
  const numbers: { number: number }[] = await manager.query(
    'SELECT number FROM plan_version WHERE plan_id = $1 ORDER BY number',
    [planId],
  );
  let rows = 0;
  // One at a time: each may be as large as the plan.
  for (const { number } of numbers) {
    const [version] = await manager.query('SELECT content FROM plan_version WHERE plan_id = $1 AND number = $2', [
      planId,
      number,
    ]);
    const content = strikeContent(version.content, target);
    if (content === version.content) continue;
    rows += 1;
    await manager.query(
      'UPDATE plan_version SET content = $3, redacted_at = now() WHERE plan_id = $1 AND number = $2',
      [planId, number, content],
    );
  }
  return rows;
}

/** The content of a version without the target; what it says of a text's formatting goes where the text changes, since it counts its characters. */
export function strikeContent(json: string, target: Target): string {
  if ('nodeKey' in target) return withoutText(json, target.nodeKey, target.field, target.locale);
  const { texts } = target;
  const content = JSON.parse(json) as ContentNode;
  let struck = false;
  for (const { kind, node } of nodesOfContent(content)) {
    const formats = (node.formats ?? {}) as Record<string, Record<string, Json>>;
    for (const [field, value] of Object.entries(node)) {
      const type = fieldType(kind, field);
      if (type === 'string' || type === 'strings') {
        if (!holds(value, texts)) continue;
        node[field] = typeof value === 'string' ? scrub(value, texts) : scrubAll(value, texts);
      } else if (type === 'text' || type === 'richText') {
        const localized = value as Record<string, string>;
        const held = Object.keys(localized).filter(
          (tag) => kept(localized[tag]!, texts) !== undefined || holds(formats[field]?.[tag], texts),
        );
        if (held.length === 0) continue;
        for (const tag of held) {
          localized[tag] = strike(localized[tag]!, texts);
          delete formats[field]?.[tag];
        }
      } else continue;
      struck = true;
    }
  }
  return struck ? canonicalize(content) : json;
}

const scrubAll = (value: Json | undefined, texts: readonly string[]): Json =>
  (Array.isArray(value) ? value : []).map((entry) => scrub(String(entry), texts)).filter((entry) => entry !== '');

/**
 * A suggestion made against a text that was struck is made against what is left of it: the hash of the old text would let it be guessed. Of a field that
 * was taken out as a whole nothing is left to suggest.
 */
async function strikeSuggestions(manager: EntityManager, planId: string, target: Target): Promise<number> {
  const rows: { id: string; proposed: string; base: string; note: string | null; status: string; own: boolean }[] =
    await manager.query(
      `SELECT id, proposed_text AS proposed, base_text AS base, note, status,
         node_key IS NOT DISTINCT FROM $2 AND field IS NOT DISTINCT FROM $3 AND locale IS NOT DISTINCT FROM $4 AS own
       FROM plan_suggestion WHERE plan_id = $1 ORDER BY id`,
      [planId, ...('nodeKey' in target ? [target.nodeKey, target.field, target.locale] : [null, null, null])],
    );
  let changed = 0;
  for (const row of rows) {
    const scrubbed = (text: string) => ('texts' in target ? strike(text, target.texts) : row.own ? '' : text);
    const [proposed, base] = [scrubbed(row.proposed), scrubbed(row.base)];
    const note = row.note !== null && 'texts' in target ? scrub(row.note, target.texts) : row.note;
    if (proposed === row.proposed && base === row.base && note === row.note) continue;
    changed += 1;
    const outdated = row.status === 'OPEN' && proposed === base;
    await manager.query(
      `UPDATE plan_suggestion SET proposed_text = $2, base_text = $3, base_hash = $4, note = $5,
         base_seq = (SELECT seq FROM plan WHERE id = plan_id), version = version + 1,
         status = CASE WHEN $6 THEN 'OUTDATED' ELSE status END, resolved_at = CASE WHEN $6 THEN now() ELSE resolved_at END
       WHERE id = $1`,
      [row.id, proposed, base, hashText(base), note, outdated],
    );
  }
  return changed;
}
