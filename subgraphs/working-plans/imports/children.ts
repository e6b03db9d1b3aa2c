import type { Kind } from '../document/fields.ts';
import type { PlanNode } from '../document/read.ts';
import { pick } from '../document/read.ts';
import { byRule, CellError, dayOf, enumOf, localized, type Reading } from './cells.ts';
import { linesOfCell, partsOf, sameText } from './table.ts';

/** A line of a cell as the values of a node. `text` is what a node that is there is known by. */
interface Child {
  text: string;
  values: Record<string, unknown>;
}

/** How the lines of a cell are read, by the kind of node that each is. Parts left out stay as they are. */
const readers = {
  milestone([title = '', dueOn = ''], at) {
    return {
      text: title,
      values: { title: texts('milestone', 'title', title, at), ...(dueOn && { dueOn: dayOf(dueOn) }) },
    };
  },
  indicator([name = '', unit = '', baseline = '', target = '', means = ''], at) {
    return {
      text: name,
      values: {
        name: texts('indicator', 'name', name, at),
        ...(unit && { unit: enumOf('IndicatorUnit', unit) }),
        ...(baseline && { baseline: byRule('indicator', 'baseline', baseline, at) }),
        ...(target && { target: byRule('indicator', 'target', target, at) }),
        ...(means && { meansOfVerification: texts('indicator', 'meansOfVerification', means, at) }),
      },
    };
  },
  budgetLine([label = '', amount = '', currency = '', fundingSource = ''], at) {
    return {
      text: label,
      values: {
        label: byRule('budgetLine', 'label', label, at),
        ...(amount && { amount: byRule('budgetLine', 'amount', amountOf(amount), at) }),
        ...(currency && { currency: byRule('budgetLine', 'currency', currency.toUpperCase(), at) }),
        ...(fundingSource && { fundingSource: byRule('budgetLine', 'fundingSource', fundingSource, at) }),
      },
    };
  },
  risk([description = '', likelihood = '', impact = '', mitigation = ''], at) {
    return {
      text: description,
      values: {
        description: texts('risk', 'description', description, at),
        ...(likelihood && { likelihood: enumOf('RiskLevel', likelihood) }),
        ...(impact && { impact: enumOf('RiskLevel', impact) }),
        ...(mitigation && { mitigation: texts('risk', 'mitigation', mitigation, at) }),
      },
    };
  },
} satisfies Partial<Record<Kind, (parts: string[], at: Reading) => Child>>;
export type ChildKind = keyof typeof readers;

const texts = (kind: Kind, name: string, text: string, at: Reading) => byRule(kind, name, localized(text, at), at);

/** `1,234.50` as people write it; never what might be read in two ways. */
function amountOf(text: string): string {
  const plain = text.replace(/[\s\u00a0']/g, '');
  return /^\d{1,3}(,\d{3})+(\.\d{1,2})?$/.test(plain) ? plain.replaceAll(',', '') : plain;
}

/** What a cell of several lines wants: nodes that are there changed, and others added. Nothing is taken away. */
export interface Wanted {
  /** Of a node that is there; null: a new one. */
  key: string | null;
  values: Record<string, unknown>;
}

/**
 * @param present nodes of that kind below the same parent
 * @throws CellError that says which line
 */
export function readChildren(kind: ChildKind, cell: string, present: readonly PlanNode[], at: Reading): Wanted[] {
  const lines = linesOfCell(cell);
  if (lines.length > 100) throw new CellError('at most 100 lines.');
  const children = lines.map((line, index) => {
    try {
      const child = readers[kind](partsOf(line), at);
      if (child.text === '') throw new CellError('it begins with its text.');
      return child;
    } catch (error) {
      if (error instanceof CellError && lines.length > 1) throw new CellError(`line ${index + 1}: ${error.message}`);
      throw error;
    }
  });
  const free = new Map(present.map((node) => [node.key, textOf(node, at)]));
  const keys = children.map(({ text }) => {
    const found = [...free].find(([, known]) => sameText(known, text))?.[0] ?? null;
    if (found !== null) free.delete(found);
    return found;
  });
  // As many lines as nodes: what is left over was retyped where it stood.
  const left = [...free.keys()];
  const inPlace = children.length === present.length;
  return children.map(({ values }, index) => ({
    key: keys[index] ?? (inPlace ? (left.shift() ?? null) : null),
    values,
  }));
}

/** As an export in this locale shows it. */
function textOf(node: PlanNode, { locale, view }: Reading): string {
  const { sourceLocale } = view.plan;
  if (node.kind === 'budgetLine') return node.label ?? '';
  if (node.kind === 'milestone') return pick(node.title, locale, sourceLocale)?.text ?? '';
  if (node.kind === 'indicator') return pick(node.name, locale, sourceLocale)?.text ?? '';
  return node.kind === 'risk' ? (pick(node.description, locale, sourceLocale)?.text ?? '') : '';
}
