import * as Y from 'yjs';
import type { Words } from '../../words/words.ts';
import { asPlain } from '../tree.ts';

/** What a node is called in words, by its kind and code, and its title. The document has deleted ones too. */
export function nameNode(
  doc: Y.Doc | null,
  key: string,
  words: Words,
): { name: string; title: string; isThere: boolean } {
  const map = doc?.getMap('nodes').get(key);
  if (!(map instanceof Y.Map)) return { name: key === 'plan' ? words.life.ofPlan : key, title: '', isThere: false };
  const kind = String(map.get('kind'));
  const code = String(map.get('code') ?? '');
  const name = kind === 'plan' ? words.life.ofPlan : [words.plan.kindOf[kind] ?? kind, code].filter(Boolean).join(' ');
  const texts = ['title', 'statement', 'name', 'description']
    .map((field) => map.get(field))
    .find((one) => one instanceof Y.Map);
  const title = texts instanceof Y.Map ? readTitle(texts, words.locale) : String(map.get('label') ?? '');
  return { name, title: kind === 'plan' ? '' : title, isThere: (map.get('deleted') ?? null) === null };
}

function readTitle(texts: Y.Map<unknown>, locale: string): string {
  const written = [locale, ...[...texts.keys()].sort()].map((tag) => asPlain(texts.get(tag)));
  return (written.find((text) => text.trim() !== '') ?? '').slice(0, 120);
}

/** A field, and the language of its text. */
export function nameField(field: string | null, locale: string | null, words: Words): string {
  const name = field === null ? '' : (words.life.fields[field] ?? field);
  return locale === null ? name : `${name} (${words.plan.languages[locale] ?? locale})`;
}
