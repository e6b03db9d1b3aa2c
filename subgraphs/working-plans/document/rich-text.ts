import * as Y from 'yjs';

/**
 * The shape of rich text: a Y.XmlFragment of block elements, as y-prosemirror writes it. Whatever stands here must be in the editor's schema too:
 * y-prosemirror deletes, for everybody, what its schema does not know.
 */
interface ElementRule {
  children: readonly string[];
  attributes: Readonly<Record<string, (value: unknown) => boolean>>;
}

const BLOCKS = ['paragraph', 'heading', 'bullet_list', 'ordered_list'];
const TEXT = '#text';

const ELEMENTS: Readonly<Record<string, ElementRule>> = {
  paragraph: { children: [TEXT, 'hard_break'], attributes: {} },
  heading: { children: [TEXT, 'hard_break'], attributes: { level: (value) => isWhole(value, 1, 6) } },
  bullet_list: { children: ['list_item'], attributes: {} },
  ordered_list: { children: ['list_item'], attributes: { order: (value) => isWhole(value, 0, 1_000_000) } },
  list_item: { children: ['paragraph', 'bullet_list', 'ordered_list'], attributes: {} },
  hard_break: { children: [], attributes: {} },
};

const MARKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  strong: isBare,
  em: isBare,
  link: isLink,
};

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isBare(value: unknown): boolean {
  return value === true || (isPlainObject(value) && Object.keys(value).length === 0);
}

function isLink(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { href, title, ...rest } = value;
  if (Object.keys(rest).length > 0) return false;
  if (title !== undefined && title !== null && !isTitle(title)) return false;
  // Browsers drop control characters inside a scheme ("java\nscript:"), so none is let through anywhere.
  if (typeof href !== 'string' || href.length > 2_000) return false;
  return /^(https?:\/\/|mailto:)[^\s\p{Cc}\p{Cs}]+$/iu.test(href);
}

/** Marks travel as JSON, so they could hold half a surrogate pair or U+0000: with the first a plan has no hash, the second no record can hold. */
function isTitle(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 500 && !/[\p{Cs}\0]/u.test(value);
}

/** Whether `child` (an element's name, or `#text`) may stand in `parent` (an element's name, or null for the fragment itself). */
export function mayContain(parent: string | null, child: string): boolean {
  if (parent === null) return BLOCKS.includes(child);
  return Object.hasOwn(ELEMENTS, parent) && ELEMENTS[parent]!.children.includes(child);
}

export function mayCarryAttribute(element: string, name: string, value: unknown): boolean {
  const rule = Object.hasOwn(ELEMENTS, element) ? ELEMENTS[element] : undefined;
  return rule !== undefined && Object.hasOwn(rule.attributes, name) && rule.attributes[name]!(value);
}

/** A mark's value is null where it ends. */
export function mayMark(name: string, value: unknown): boolean {
  return Object.hasOwn(MARKS, name) && (value === null || MARKS[name]!(value));
}

/** Rich text as plain text: blocks separated by newlines, a hard break is a newline too, marks are left out. */
export function plainText(fragment: Y.XmlFragment): string {
  return blocksOf(fragment).map(inlineText).join('\n');
}

/** The paragraphs and headings, those in lists too, in reading order. */
export function blocksOf(parent: Y.XmlFragment): Y.XmlElement[] {
  return parent.toArray().flatMap((child) => {
    if (!(child instanceof Y.XmlElement)) return [];
    return child.nodeName === 'paragraph' || child.nodeName === 'heading' ? [child] : blocksOf(child);
  });
}

/** What a block reads as; a hard break is a newline. */
export function inlineText(block: Y.XmlElement): string {
  let text = '';
  for (const child of block.toArray()) {
    // XmlText's own toString writes the marks as tags.
    if (child instanceof Y.XmlText) text += Y.Text.prototype.toString.call(child);
    else if (child instanceof Y.XmlElement && child.nodeName === 'hard_break') text += '\n';
  }
  return text;
}
