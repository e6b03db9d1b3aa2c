import { createElement, type ReactNode } from 'react';
import { formatPartialDate, useWords, type Words } from '../../words/words.ts';
import type { Kind } from '../tree.ts';
import type { ContentNode } from './version.ts';

const branches: Partial<Record<Kind, Record<string, Kind>>> = {
  plan: { objectives: 'objective' },
  objective: { outcomes: 'outcome' },
  outcome: { indicators: 'indicator', activities: 'activity' },
  activity: { milestones: 'milestone', indicators: 'indicator', risks: 'risk', budget: 'budgetLine' },
};
/** What a node is called, by its kind; the rest of its texts stand below. */
const titles = ['title', 'statement', 'name', 'label'];
const hidden = new Set(['key', 'code', 'formats', 'locales', ...titles]);

/** A node of a version's text with all below it, to read. */
export function ContentText({
  node,
  kind,
  locale,
  depth = 2,
}: {
  node: ContentNode;
  kind: Kind;
  locale: string;
  depth?: number;
}) {
  const words = useWords();
  const below = branches[kind] ?? {};
  const title = titles.map((field) => readText(node[field], locale)).find(Boolean);
  const heading = createElement(
    `h${Math.min(depth, 6)}`,
    { className: 'content-title', lang: title?.lang },
    title?.text ?? words.plan.empty,
  );
  const fields = Object.entries(node).filter(([field]) => !hidden.has(field) && !Object.hasOwn(below, field));
  return (
    <div className={`content content-${kind}`}>
      {kind !== 'plan' && (
        <p className="kicker">{[words.plan.kindOf[kind] ?? kind, node.code].filter(Boolean).join(' ')}</p>
      )}
      {title && heading}
      {fields.length > 0 && (
        <dl className="content-fields">
          {fields.map(([field, value]) => (
            <Field key={field} {...{ field, value, locale, words }} />
          ))}
        </dl>
      )}
      {Object.entries(below).flatMap(([branch, childKind]) =>
        ((node[branch] ?? []) as ContentNode[]).map((child) => (
          <ContentText key={child.key} node={child} kind={childKind} locale={locale} depth={depth + 1} />
        )),
      )}
    </div>
  );
}

function Field({ field, value, locale, words }: { field: string; value: unknown; locale: string; words: Words }) {
  const text = readText(value, locale);
  const shown: ReactNode = text ? text.text : showValue(value, words);
  return (
    <div>
      <dt>{words.life.fields[field] ?? field}</dt>
      <dd lang={text?.lang}>{shown}</dd>
    </div>
  );
}

/** A text in its languages, or a plain string. */
function readText(value: unknown, locale: string): { text: string; lang?: string } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const texts = value as Record<string, string>;
  const tag = Object.hasOwn(texts, locale) ? locale : Object.keys(texts).sort()[0];
  return tag === undefined ? null : { text: texts[tag]!, lang: tag };
}

/** A value of the document in words: dates, lists, names of kinds. */
export function showValue(value: unknown, words: Words): string {
  if (Array.isArray(value)) return value.map((one) => showValue(one, words)).join(', ');
  if (typeof value === 'boolean') return value ? words.life.yes : words.life.no;
  if (typeof value !== 'string') return value === null || value === undefined ? '–' : String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return formatPartialDate(value, words.locale);
  return words.states[value] ?? words.kinds[value] ?? value;
}
