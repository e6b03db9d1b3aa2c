import { useContext, useMemo } from 'react';
import type * as Y from 'yjs';
import { More } from '../parts/more.tsx';
import { formatPartialDate, useWords } from '../words/words.ts';
import { type DeletedNode, readDeleted, restoreNode } from './deleted.ts';
import { DetailsContext, mayType } from './details.ts';
import { LocaleContext, Localized } from './text/localized.tsx';
import type { TreeNode } from './tree.ts';

/**
 * What was deleted, folded away: others may have gone on writing in it, and nothing that was written is lost. The texts are live.
 * @param tree of the same document: read again when it is
 */
export function DeletedNodes({ doc, tree, editable }: { doc: Y.Doc; tree: TreeNode; editable: boolean }) {
  const words = useWords();
  const details = useContext(DetailsContext);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tree comes with each change of a node
  const nodes = useMemo(() => readDeleted(doc), [doc, tree]);
  if (nodes.length === 0) return null;
  const mayRestore = ({ objective }: DeletedNode) => {
    const found = tree.children.find(({ key }) => key === objective);
    return editable && mayType(details, found);
  };
  return (
    <section className="deleted" aria-label={words.plan.deleted(nodes.length)}>
      <More summary={words.plan.deleted(nodes.length)}>
        <p className="quiet">{words.plan.deletedHelp}</p>
        {nodes.map((node) => (
          <Deleted
            key={node.key}
            node={node}
            onRestore={mayRestore(node) ? () => restoreNode(doc, node.key) : undefined}
          />
        ))}
      </More>
    </section>
  );
}

function Deleted({ node, onRestore }: { node: DeletedNode; onRestore: (() => void) | undefined }) {
  const words = useWords();
  const { kind, code, at, texts } = node;
  const name = [words.plan.kindOf[kind] ?? kind, code].filter(Boolean).join(' ');
  return (
    <article className="activity deleted-node" aria-label={name}>
      <header className="deleted-head">
        <p className="kicker">
          {name}
          {at && <span className="facts-line">{words.plan.deletedOn(formatPartialDate(at, words.locale))}</span>}
        </p>
        {onRestore && (
          <button type="button" className="button-quiet" aria-label={words.plan.restoreOf(name)} onClick={onRestore}>
            {words.plan.restore}
          </button>
        )}
      </header>
      {texts.length === 0 && <p className="quiet">{words.plan.empty}</p>}
      {texts.map(({ node: owner, field, locale }) => (
        <div key={`${owner.key} ${field} ${locale}`} className="deleted-text">
          <span className="tag">{words.plan.languages[locale] ?? locale}</span>
          <LocaleContext value={locale}>
            <Localized node={owner} field={field} label={field} editable={false} />
          </LocaleContext>
        </div>
      ))}
    </article>
  );
}
