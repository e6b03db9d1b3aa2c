import { type Mark, type Node, Schema } from 'prosemirror-model';

/** Exactly the elements and marks that the server lets into rich text: whatever the editor does not know, y-prosemirror would delete for everybody. */
const safeLink = /^(https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu;

/*
 * Lists may be empty and items may hold any blocks: two people's edits can meet in a shape that neither wrote, and what does not fit is deleted.
 */
export const richSchema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { content: 'inline*', group: 'block', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] },
    heading: {
      content: 'inline*',
      group: 'block',
      attrs: { level: { default: 3 } },
      defining: true,
      parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level } })),
      // The page has its own headings above: these start below them.
      toDOM: (node: Node) => [
        'p',
        { class: 'rich-heading', role: 'heading', 'aria-level': String(4 + node.attrs.level) },
        0,
      ],
    },
    bullet_list: {
      content: 'list_item*',
      group: 'block',
      parseDOM: [{ tag: 'ul' }],
      toDOM: () => ['ul', 0],
    },
    ordered_list: {
      content: 'list_item*',
      group: 'block',
      attrs: { order: { default: 1 } },
      parseDOM: [{ tag: 'ol' }],
      toDOM: (node: Node) => ['ol', { start: String(node.attrs.order) }, 0],
    },
    list_item: {
      content: '(paragraph | bullet_list | ordered_list)*',
      parseDOM: [{ tag: 'li' }],
      toDOM: () => ['li', 0],
    },
    text: { group: 'inline' },
    hard_break: { inline: true, group: 'inline', selectable: false, parseDOM: [{ tag: 'br' }], toDOM: () => ['br'] },
  },
  marks: {
    link: {
      attrs: { href: {}, title: { default: null } },
      inclusive: false,
      parseDOM: [
        {
          tag: 'a[href]',
          getAttrs: (element: HTMLElement) => {
            const href = element.getAttribute('href') ?? '';
            return safeLink.test(href) && href.length <= 2_000 ? { href } : false;
          },
        },
      ],
      toDOM: (mark: Mark) => {
        const href = String(mark.attrs.href);
        return safeLink.test(href) ? ['a', { href, rel: 'noopener noreferrer', target: '_blank' }, 0] : ['span', 0];
      },
    },
    em: { parseDOM: [{ tag: 'i' }, { tag: 'em' }], toDOM: () => ['em', 0] },
    strong: { parseDOM: [{ tag: 'b' }, { tag: 'strong' }], toDOM: () => ['strong', 0] },
  },
});
