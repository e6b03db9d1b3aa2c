import { createContext, useContext } from 'react';
import * as Y from 'yjs';
import { useWords } from '../../words/words.ts';
import { asPlain, readText, type TreeNode } from '../tree.ts';
import { RichText } from './rich-text.tsx';
import { TitleText } from './title-text.tsx';

/** In which language the plan's texts are read and typed. */
export const LocaleContext = createContext('en');

/** A localized field of a node, to type in or to read. Where it is empty, the text in another language stands in grey. */
export function Localized(props: { node: TreeNode; field: string; label: string; editable: boolean }) {
  const { node, field, label, editable } = props;
  const words = useWords();
  const locale = useContext(LocaleContext);
  const found = readText(node, field, locale);
  if (!found) return null;
  const { text, other } = found;
  const placeholder = other ? asPlain(other.text) : words.plan.empty;
  const shown = text ?? other?.text;
  if (!shown) return <span className="quiet">{words.plan.empty}</span>;
  const lang = text ? locale : other!.locale;
  const place = { node: node.key, field, locale: lang };
  const shared = { label, placeholder, place, editable: editable && text !== null };
  return shown instanceof Y.XmlFragment ? (
    <RichText fragment={shown} {...shared} />
  ) : (
    <TitleText text={shown} {...shared} />
  );
}
