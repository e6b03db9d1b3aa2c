import type { TranslationState } from '../../../kit/types.ts';
import { CHILDREN, type Kind, textFields } from '../document/fields.ts';
import type { Localized, PlanNode } from '../document/read.ts';
import type { PlanView } from '../view.ts';
import { type Touch, textKey } from './touches.ts';

/** A text that the plan has in its source locale, and how it stands in another one. */
export interface TextState {
  nodeKey: string;
  kind: Kind;
  field: string;
  locale: string;
  source: string;
  text: string;
  /** Null: not translated yet. */
  state: TranslationState | null;
  sourceChangedAt: Date | null;
  changedAt: Date | null;
}

/** Every text of the plan that is not empty in its source locale, in the plan's order, in one other locale. */
export function textStates(view: PlanView, touches: ReadonlyMap<string, Touch>, locale: string): TextState[] {
  const { sourceLocale } = view.plan;
  const states: TextState[] = [];
  const walk = (node: PlanNode) => {
    const values = node as unknown as Record<string, Localized | PlanNode[]>;
    for (const [field] of textFields(node.kind)) {
      const texts = values[field] as Localized;
      const textIn = (tag: string) => texts.find((one) => one.locale === tag)?.text ?? '';
      const [source, text] = [textIn(sourceLocale), textIn(locale)];
      if (source.trim() === '') continue;
      const { key } = node;
      const original = touches.get(textKey(key, field, sourceLocale));
      const own = touches.get(textKey(key, field, locale));
      const isStale = original !== undefined && original.seq > (own?.seq ?? 0);
      states.push({
        ...{ nodeKey: key, kind: node.kind, field, locale, source, text },
        state: text.trim() === '' ? null : isStale ? 'STALE' : 'HUMAN_REVIEWED',
        sourceChangedAt: original?.at ?? null,
        changedAt: own?.at ?? null,
      });
    }
    for (const branch of Object.keys(CHILDREN[node.kind]))
      for (const child of values[branch] as PlanNode[]) walk(child);
  };
  walk(view.tree);
  return states;
}
