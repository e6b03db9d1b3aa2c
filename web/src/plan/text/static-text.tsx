import { createElement, Fragment, type ReactNode, useEffect, useReducer } from 'react';
import * as Y from 'yjs';
import { plain } from '../../../co-editing/unsaved-text.ts';

/** Rich text of the document to read, as the editor would show it, kept current. */
export function StaticText({
  fragment,
  lang,
  placeholder,
}: {
  fragment: Y.XmlFragment;
  lang: string;
  placeholder: string;
}) {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    fragment.observeDeep(render);
    return () => fragment.unobserveDeep(render);
  }, [fragment]);
  const empty = fragment.length < 2 && plain(fragment) === '';
  return (
    <div className={empty ? 'rich is-empty' : 'rich'} lang={lang} data-placeholder={placeholder}>
      {renderAll(fragment)}
    </div>
  );
}

const tags: Record<string, string> = { bullet_list: 'ul', ordered_list: 'ol', list_item: 'li', hard_break: 'br' };

const renderAll = (parent: Y.XmlFragment): ReactNode =>
  createElement(Fragment, null, ...parent.toArray().map((child) => renderOne(child)));

function renderOne(child: Y.XmlElement | Y.XmlText | Y.XmlHook): ReactNode {
  if (child instanceof Y.XmlText) return renderInline(child);
  if (!(child instanceof Y.XmlElement)) return null;
  const tag = tags[child.nodeName] ?? 'p';
  if (tag === 'br') return <br />;
  // The browser gives an empty paragraph no height; the editor does.
  const content = tag === 'p' && plain(child) === '' ? <br /> : renderAll(child);
  return createElement(tag, child.nodeName === 'heading' ? { className: 'rich-heading' } : null, content);
}

function renderInline(text: Y.XmlText): ReactNode {
  const runs = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  const nodes = runs.map(({ insert, attributes = {} }) => {
    let node: ReactNode = String(insert);
    if (attributes.em) node = <em>{node}</em>;
    if (attributes.strong) node = <strong>{node}</strong>;
    return node;
  });
  return createElement(Fragment, null, ...nodes);
}
