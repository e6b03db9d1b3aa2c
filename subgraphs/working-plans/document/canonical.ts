import { createHash } from 'node:crypto';
import { CHILDREN, FIELDS, type Kind } from './fields.ts';
import { isCountryLike, isIdLike } from './outline.ts';
import type { Localized, PlanNode, PlanTree } from './read.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON as RFC 8785 writes it: keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them, nothing between.
 * @throws RangeError for what I-JSON cannot hold: NaN, an infinity, half a surrogate pair
 */
export function canonicalize(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is not a number of JSON`);
  if (typeof value === 'string' && /\p{Cs}/u.test(value)) throw new RangeError('a text holds half a surrogate pair');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalize).join(',')}]`;
  const entries = value as { readonly [key: string]: Json };
  const members = Object.keys(entries).sort();
  return `{${members.map((key) => `${canonicalize(key)}:${canonicalize(entries[key]!)}`).join(',')}}`;
}

/** A node of a plan's content: `key`, its fields, its branches as arrays in their order. */
export type ContentNode = { key: string; [member: string]: Json };

/**
 * What a plan says, as RFC 8785 JSON: the typed tree with all locales. Without what is deleted, positions (order is the arrays'), statuses and
 * actuals, and without whatever is empty, so that a text not yet translated and one never made say the same, and a field that a later release adds
 * changes no hash. A text is `{ locale: text }`; where a rich text is more than paragraphs, `formats` of its node says what more, as
 * `{ field: { locale: [Format] } }`: where a link leads is part of what was agreed.
 */
export function canonicalPlan(tree: PlanTree): string {
  return canonicalize({ ...toContent(tree), locales: tree.locales });
}

/** SHA-256 of the text's UTF-8 bytes, in hex. */
export const contentHash = (json: string): string => createHash('sha256').update(json, 'utf8').digest('hex');

/** A plan's content at one moment. */
export interface Content {
  json: string;
  hash: string;
}

const known = new WeakMap<PlanTree, Content>();

/** Worked out once for each tree: a plan that nobody has edited since keeps its own. */
export function contentOf(tree: PlanTree): Content {
  let content = known.get(tree);
  if (!content) {
    const json = canonicalPlan(tree);
    content = { json, hash: contentHash(json) };
    known.set(tree, content);
  }
  return content;
}

function toContent(node: PlanNode): ContentNode {
  const values = node as unknown as Record<string, Json | Localized | PlanNode[]>;
  const content: ContentNode = { key: node.key, ...(node.code && { code: node.code }) };
  const formats: Record<string, Json> = {};
  for (const [field, type] of Object.entries(FIELDS[node.kind])) {
    if (type === 'sql') continue;
    if (type === 'text' || type === 'richText') {
      const texts = (values[field] as Localized).filter(({ text }) => text !== '');
      put(content, field, Object.fromEntries(texts.map(({ locale, text }) => [locale, text])));
      const formatted = texts.flatMap(({ locale, formats: own = [] }) => (own.length > 0 ? [[locale, own]] : []));
      put(formats, field, Object.fromEntries(formatted) as Json);
    } else put(content, field, values[field] as Json);
  }
  put(content, 'formats', formats);
  for (const branch of Object.keys(CHILDREN[node.kind])) {
    put(content, branch, (values[branch] as PlanNode[]).map(toContent));
  }
  return content;
}

function put(members: Record<string, Json>, name: string, value: Json): void {
  const empty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  if (!empty) members[name] = value;
}

const branchNames = [...new Set(Object.values(CHILDREN).flatMap((branches) => Object.keys(branches)))];

/** Every node of a plan's content with its kind, from the plan down. The nodes are the content's own: what is changed in them is changed in it. */
export function* nodesOfContent(
  content: ContentNode,
  kind: Kind = 'plan',
): Generator<{ kind: Kind; node: ContentNode }> {
  yield { kind, node: content };
  const kinds: Record<string, Kind> = CHILDREN[kind];
  for (const branch of branchNames) {
    const below = kinds[branch];
    if (!below) continue;
    for (const child of (content[branch] ?? []) as unknown as ContentNode[]) yield* nodesOfContent(child, below);
  }
}

/** The content without one field of one node, in one locale or in all: for redaction. Unchanged where there is no such text. */
export function withoutText(json: string, nodeKey: string, field: string, locale?: string | null): string {
  const content = JSON.parse(json) as ContentNode;
  for (const { node } of nodesOfContent(content)) {
    if (node.key !== nodeKey) continue;
    const formats = node.formats as Record<string, Json> | undefined;
    for (const members of formats ? [node, formats] : [node]) drop(members, field, locale);
    if (formats) drop(node, 'formats', null, Object.keys(formats).length === 0);
  }
  return canonicalize(content);
}

function drop(members: Record<string, Json>, field: string, locale?: string | null, really = true): void {
  const value = Object.hasOwn(members, field) && really ? members[field] : undefined;
  if (value === undefined) return;
  if (locale && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const rest = Object.fromEntries(Object.entries(value).filter(([tag]) => tag !== locale));
    if (Object.keys(rest).length > 0) {
      members[field] = rest;
      return;
    }
  }
  delete members[field];
}

/**
 * The content for readers from outside the owner networks: without budgets, without risks unless they are said not to touch safety, and without what people typed where
 * an organisation, body or country is named by its id: the graph shows them none of it.
 */
export function withoutInternals(json: string): string {
  const content = JSON.parse(json) as ContentNode;
  for (const { kind, node } of nodesOfContent(content)) {
    if (kind === 'risk') keepIds(node, 'owner', isIdLike);
    if (kind !== 'activity') continue;
    for (const field of ['responsible', 'expertGroup', 'partners']) keepIds(node, field, isIdLike);
    keepIds(node, 'countries', isCountryLike);
    delete node.budget;
    const risks = ((node.risks ?? []) as unknown as ContentNode[]).filter((risk) => risk.safetyRelevant === false);
    delete node.risks;
    put(node, 'risks', risks);
  }
  return canonicalize(content);
}

function keepIds(node: ContentNode, field: string, isKept: (value: string) => boolean): void {
  const value = node[field] ?? null;
  delete node[field];
  if (Array.isArray(value)) put(node, field, value.map(String).filter(isKept));
  else if (typeof value === 'string' && isKept(value)) put(node, field, value);
}
