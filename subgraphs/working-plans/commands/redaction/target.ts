import { invalid } from '../../../../kit/types.ts';
import { FIELDS, fieldType, type Kind, REQUIRED } from '../../document/fields.ts';
import { isCleanText } from '../../document/values.ts';
import type { RedactPlanTextInput } from '../../inputs/suggestions.ts';
import { nodeOfId } from '../suggestions/texts.ts';

/** What is to be taken out: each occurrence of these texts, or one field of one node. */
export type Target = { texts: readonly string[] } | FieldTarget;
export interface FieldTarget {
  nodeKey: string;
  field: string;
  /** Null for a field that is not localized. */
  locale: string | null;
}

/** @throws Problem ValidationError */
export function targetOf(input: RedactPlanTextInput): Target {
  const { planId, nodeId, field, locale, text, reason } = input;
  const fail = (name: string, why: string) => invalid(`${name}: ${why}`, 'input', name);
  if (reason.trim() === '' || reason.length > 2_000 || !isCleanText(reason)) {
    throw fail('reason', '1 to 2,000 characters, without U+0000.');
  }
  if (text != null) {
    if (nodeId != null || field != null || locale != null) {
      throw fail('text', 'with it goes no node, field or locale: each occurrence in the plan is taken out.');
    }
    // One character would take the plan apart; across lines, paragraphs and lists would have to be guessed at.
    if (text.trim().length < 2 || text.length > 500 || !isCleanText(text) || /[\n\r]/.test(text)) {
      throw fail('text', 'one line of 2 to 500 characters, without U+0000.');
    }
    const texts = [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])];
    if (strike(reason, texts) !== reason) throw fail('reason', 'it holds the text, and is kept.');
    return { texts };
  }
  if (nodeId == null || field == null) throw fail('text', 'this, or a node and a field.');
  const [ofPlan, nodeKey] = nodeOfId(nodeId);
  if (ofPlan !== planId) throw fail('nodeId', 'not a node of this plan.');
  return { nodeKey, field, locale: locale ?? null };
}

/** @throws Problem ValidationError when the kind has no such field, or none that could be empty */
export function checkField(kind: Kind | undefined, { field, locale }: FieldTarget): void {
  const fail = (name: string, why: string) => invalid(`${name}: ${why}`, 'input', name);
  if (kind === undefined) throw fail('nodeId', 'the plan has no such node.');
  const own = Object.hasOwn(FIELDS[kind], field) || field === 'code';
  const type = own ? fieldType(kind, field) : undefined;
  if (type === undefined || type === 'sql' || REQUIRED.has(field)) {
    throw fail('field', `${kind} has no such field in its document that could be empty.`);
  }
  const localized = type === 'text' || type === 'richText';
  if (localized !== (locale !== null)) throw fail('locale', localized ? 'which?' : `${field} is not localized.`);
}

/**
 * Which code units stay when every occurrence of `texts` is taken out, also those that only come together once another is gone, and every word (an address, mostly) that
 * reads as one once its percent signs are decoded; undefined when all stay.
 */
export function kept(value: string, texts: readonly string[]): number[] | undefined {
  const stays = texts.some((text) => value.includes(text)) ? keptOf(value, texts) : undefined;
  if (!value.includes('%')) return stays;
  const indices = stays ?? Array.from({ length: value.length }, (_, index) => index);
  const rest = indices.map((index) => value[index]).join('');
  const gone = new Set<number>();
  for (const { 0: word, index } of rest.matchAll(/\S*%\S*/g)) {
    if (holds(word, texts)) for (let at = index; at < index + word.length; at++) gone.add(at);
  }
  return gone.size > 0 ? indices.filter((_, at) => !gone.has(at)) : stays;
}

/** Linear, whatever the text: each code unit is put on a stack, and an occurrence is taken off as soon as it stands on top. */
function keptOf(value: string, texts: readonly string[]): number[] {
  const stack: number[] = [];
  const ends = (text: string) => {
    const from = stack.length - text.length;
    for (let index = text.length - 1; index >= 0; index--) {
      if (from < 0 || value[stack[from + index]!] !== text[index]) return false;
    }
    return true;
  };
  for (let index = 0; index < value.length; index++) {
    stack.push(index);
    const found = texts.find(ends);
    if (found) stack.length -= found.length;
  }
  return stack;
}

/** The string without the texts. */
export function strike(value: string, texts: readonly string[]): string {
  return (
    kept(value, texts)
      ?.map((index) => value[index])
      .join('') ?? value
  );
}

/** Whether any string in a JSON value holds one of the texts; a link also as people read it, without its percent signs. */
export function holds(value: unknown, texts: readonly string[]): boolean {
  if (typeof value === 'string')
    return [value, decoded(value)].some((form) => texts.some((text) => form.includes(text)));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((part) => holds(part, texts));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
