import * as Y from 'yjs';

/** A text as the server reads it: of rich text a paragraph a line, a hard break is a line too. */
export function toPlain(text: unknown): string {
  if (text instanceof Y.XmlFragment && !(text instanceof Y.XmlText)) return blocksOf(text).map(inline).join('\n');
  return text instanceof Y.Text ? text.toString() : '';
}

function blocksOf(parent: Y.XmlFragment): Y.XmlElement[] {
  return parent.toArray().flatMap((child) => {
    if (!(child instanceof Y.XmlElement)) return [];
    return child.nodeName === 'paragraph' || child.nodeName === 'heading' ? [child] : blocksOf(child);
  });
}

function inline(block: Y.XmlElement): string {
  let text = '';
  for (const child of block.toArray()) {
    if (child instanceof Y.XmlText) text += Y.Text.prototype.toString.call(child);
    else if (child instanceof Y.XmlElement && child.nodeName === 'hard_break') text += '\n';
  }
  return text;
}
