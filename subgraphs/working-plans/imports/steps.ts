import type { NodeKind } from '../commands/nodes/upsert.ts';
import { type ActivityTree, type Localized, type ObjectiveTree, type OutcomeTree, pick } from '../document/read.ts';
import type { ColumnName } from '../exports/columns.ts';
import { bodyOf } from '../view.ts';
import {
  byRule,
  CellError,
  codesOf,
  countryOf,
  dayOf,
  enumOf,
  groupOf,
  idOf,
  listOf,
  localized,
  type Reading,
} from './cells.ts';
import { type ChildKind, readChildren } from './children.ts';
import { fromUndpTable, type HeadingName, sameText, type Table, type TableRow } from './table.ts';

/** A node to make or change, in the order in which it is to be done. */
export interface Step {
  key: string;
  kind: NodeKind;
  /** Of a new node: what it stands below; of one that is there null. */
  parent: string | null;
  values: Record<string, unknown>;
}
export interface RowProblem {
  /** As the spreadsheet counts it. */
  row: number;
  /** The heading, as the file has it. */
  column: string | null;
  message: string;
}

export const mostImportRows = 300;
const mostProblems = 200;

/** A node as the rows know it: one of the plan, or one that an earlier row makes. */
interface Known<T> {
  key: string;
  code: string;
  text: string;
  /** The key of what it stands below. */
  parent: string;
  node: T | null;
}

/**
 * What the rows of a table want of a plan. Nodes are found by their codes, else by their texts where they stand; what is not found is made. Empty cells leave what is
 * there, and an empty objective or outcome is that of the row above. Nothing is deleted.
 * @param newKey a key for the nth node that is made
 */
export function planSteps(
  found: Table,
  at: Reading,
  newKey: (letter: string, n: number) => string,
): { steps: Step[]; problems: RowProblem[] } {
  const table = found.isUndp ? fromUndpTable(found) : found;
  const problems: RowProblem[] = [];
  const steps: Step[] = [];
  const { tree, plan } = at.view;
  const say = (texts: Parameters<typeof pick>[0]) => pick(texts, at.locale, plan.sourceLocale)?.text ?? '';
  const known = <T extends { key: string; code: string }>(node: T, text: string, parent: string): Known<T> => ({
    ...{ key: node.key, code: node.code, text, parent, node },
  });
  const objectives = tree.objectives.map((node) => known<ObjectiveTree>(node, say(node.title), 'plan'));
  const outcomes = tree.objectives.flatMap((above) =>
    above.outcomes.map((node) => known<OutcomeTree>(node, say(node.statement), above.key)),
  );
  const activities = tree.objectives.flatMap((objective) =>
    objective.outcomes.flatMap((above) =>
      above.activities.map((node) => known<ActivityTree>(node, say(node.title), above.key)),
    ),
  );
  const waits: { row: TableRow; key: string; codes: string[] }[] = [];
  let above: { objective?: string; outcome?: string } = {};
  let made = 0;

  const complain = (row: TableRow, column: HeadingName | null, message: string) => {
    if (problems.length < mostProblems)
      problems.push({ row: row.number, column: column && (table.headings[column] ?? column), message });
  };
  /** Reads a cell; what cannot be taken is a problem of its row, and no value. */
  const read = <T>(row: TableRow, column: ColumnName, take: (text: string) => T): T | undefined => {
    const text = row.cells[column] ?? '';
    if (text === '') return undefined;
    try {
      return take(text);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      complain(row, shownAs(column, table), error.message);
      return undefined;
    }
  };
  const given = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

  /** The node that a row is about; made if there is none. */
  function enter<T>(
    row: TableRow,
    kind: 'objective' | 'outcome' | 'activity',
    list: Known<T>[],
    parent: string,
    [codeColumn, textColumn]: readonly [ColumnName, ColumnName],
    anywhere: boolean,
  ): Known<T> | undefined {
    const code = row.cells[codeColumn] ?? '';
    const text = row.cells[textColumn] ?? '';
    const here = list.filter((one) => one.parent === parent);
    const byCode = code === '' ? undefined : (anywhere ? list : here).find((one) => one.code === code);
    if (byCode && byCode.parent !== parent) {
      complain(row, shownAs(codeColumn, table), `${code} stands elsewhere in the plan; movePlanNode moves it.`);
      return undefined;
    }
    const found = byCode ?? here.find((one) => text !== '' && one.text === text && (code === '' || one.code === ''));
    if (found) return found;
    if (text === '') {
      complain(row, shownAs(textColumn, table), `the plan has no ${kind} ${code}: a text is needed to make one.`);
      return undefined;
    }
    const key = newKey(kind === 'activity' ? 'a' : 'o', made++);
    const fresh: Known<T> = { key, code, text, parent, node: null };
    list.push(fresh);
    steps.push({ key, kind, parent, values: {} });
    return fresh;
  }

  function change(key: string, kind: NodeKind, values: Record<string, unknown>): void {
    const fresh = steps.find((step) => step.key === key && step.parent !== null);
    if (fresh) Object.assign(fresh.values, given(values));
    else {
      const changed = given(unlessShown(at, key, values));
      if (Object.keys(changed).length > 0) steps.push({ key, kind, parent: null, values: changed });
    }
  }

  function below(
    row: TableRow,
    column: ColumnName,
    kind: ChildKind,
    parent: string,
    present: Parameters<typeof readChildren>[2],
  ): void {
    const letter = { milestone: 'm', indicator: 'i', budgetLine: 'b', risk: 'r' }[kind];
    for (const { key, values } of read(row, column, (text) => readChildren(kind, text, present, at)) ?? []) {
      if (key === null) steps.push({ key: newKey(letter, made++), kind, parent, values });
      else change(key, kind, values);
    }
  }

  const localText = (row: TableRow, kind: NodeKind, name: string, column: ColumnName) =>
    read(row, column, (text) => byRule(kind, name, localized(text, at), at));
  const word = (row: TableRow, kind: NodeKind, name: string, column: ColumnName) =>
    read(row, column, (text) => byRule(kind, name, text, at));
  const list = (row: TableRow, kind: NodeKind, name: string, column: ColumnName, split: (text: string) => string[]) =>
    read(row, column, (text) => byRule(kind, name, split(text), at));

  /** An output of an annual work plan names no objective: its code begins with that of one. */
  function objectiveOf(row: TableRow): string | undefined {
    const { objectiveCode = '', objective = '', outcomeCode = '', outcome = '' } = row.cells;
    if (objectiveCode !== '' || objective !== '') {
      return enter(row, 'objective', objectives, 'plan', ['objectiveCode', 'objective'], true)?.key;
    }
    const known = outcomes.find((one) =>
      outcomeCode !== '' ? one.code === outcomeCode : outcome !== '' && one.text === outcome,
    );
    if (known) return known.parent;
    const byPrefix = objectives.find(({ code }) => code !== '' && outcomeCode.startsWith(`${code}.`));
    if (byPrefix && table.isUndp) return byPrefix.key;
    if (above.objective !== undefined) return above.objective;
    if (byPrefix) return byPrefix.key;
    if (objectives.length === 1) return objectives[0]!.key;
    complain(
      row,
      table.isUndp ? 'expectedOutputs' : 'objective',
      'which objective it serves is not said: begin with its code, or name it.',
    );
    return undefined;
  }

  function take(row: TableRow): void {
    const { cells } = row;
    const objectiveKey = objectiveOf(row);
    if (objectiveKey === undefined) return;
    if (objectiveKey !== above.objective) above = { objective: objectiveKey };
    change(objectiveKey, 'objective', {
      code: word(row, 'objective', 'code', 'objectiveCode'),
      title: localText(row, 'objective', 'title', 'objective'),
      thematicArea: read(row, 'thematicArea', (text) => enumOf('ThematicArea', text)),
      sdgTargets: list(row, 'objective', 'sdgTargets', 'sdgTargets', codesOf),
    });

    const namesOutcome = Boolean(cells.outcomeCode || cells.outcome);
    const outcome = namesOutcome
      ? enter(row, 'outcome', outcomes, objectiveKey, ['outcomeCode', 'outcome'], true)
      : outcomes.find(({ key }) => key === above.outcome);
    const namesActivity = Boolean(cells.activityCode || cells.activity);
    if (!outcome) {
      if (!namesOutcome && namesActivity)
        complain(row, shownAs('outcome', table), 'an activity stands below an outcome: name it.');
      return;
    }
    if (outcome.key !== above.outcome) above = { objective: objectiveKey, outcome: outcome.key };
    if (namesOutcome) {
      change(outcome.key, 'outcome', {
        code: word(row, 'outcome', 'code', 'outcomeCode'),
        statement: localText(row, 'outcome', 'statement', 'outcome'),
        assumptions: localText(row, 'outcome', 'assumptions', 'assumptions'),
      });
      below(row, 'outcomeIndicators', 'indicator', outcome.key, outcome.node?.indicators ?? []);
    }

    const activity = namesActivity
      ? enter(row, 'activity', activities, outcome.key, ['activityCode', 'activity'], true)
      : undefined;
    if (activity) takeActivity(row, activity);
  }

  function takeActivity(row: TableRow, { key, node }: Known<ActivityTree>): void {
    const startsOn = read(row, 'startsOn', dayOf) ?? (node?.startsOn ? undefined : row.quarters?.from);
    const endsOn = read(row, 'endsOn', dayOf) ?? (node?.endsOn ? undefined : row.quarters?.to);
    const group = read(row, 'expertGroup', (text) => groupOf(text, at));
    const [from, to] = [startsOn ?? node?.startsOn, endsOn ?? node?.endsOn];
    if (from && to && to < from)
      complain(row, shownAs('endsOn', table), `the end ${to} lies before the start ${from}.`);
    change(key, 'activity', {
      code: word(row, 'activity', 'code', 'activityCode'),
      title: localText(row, 'activity', 'title', 'activity'),
      description: localText(row, 'activity', 'description', 'description'),
      expertGroup: group !== undefined && node && bodyOf(plan, node.expertGroup) === group ? undefined : group,
      responsible: read(row, 'responsible', (text) => byRule('activity', 'responsibleId', idOf(text, at, 'org:'), at)),
      partners: list(row, 'activity', 'partnerIds', 'partners', (text) =>
        listOf(text).map((one) => idOf(one, at, 'org:')),
      ),
      externalPartners: list(row, 'activity', 'externalPartners', 'externalPartners', listOf),
      countries: list(row, 'activity', 'countries', 'countries', (text) => codesOf(text).map(countryOf)),
      startsOn,
      endsOn,
      instrumentArticles: list(row, 'activity', 'instrumentArticles', 'instrumentArticles', codesOf),
      sdgTargets: list(row, 'activity', 'sdgTargets', 'activitySdgTargets', codesOf),
    });
    const codes = read(row, 'dependsOn', codesOf);
    if (codes) waits.push({ row, key, codes });
    below(row, 'milestones', 'milestone', key, node?.milestones ?? []);
    below(row, 'indicators', 'indicator', key, node?.indicators ?? []);
    below(row, 'budget', 'budgetLine', key, node?.budget ?? []);
    below(row, 'risks', 'risk', key, node?.risks ?? []);
  }

  for (const row of table.rows.slice(0, mostImportRows)) take(row);
  const beyond = table.rows[mostImportRows];
  if (beyond) complain(beyond, null, `at most ${mostImportRows} rows at once: split the file.`);

  const graph = new Map(activities.map(({ key, node }) => [key, node?.dependsOn ?? []]));
  for (const { row, key, codes } of waits) {
    const found = codes.map((code) => activities.find((one) => one.code === code)?.key);
    const unknown = codes.find((_, index) => found[index] === undefined);
    graph.set(
      key,
      found.filter((one) => one !== undefined),
    );
    if (unknown !== undefined) complain(row, 'dependsOn', `there is no activity ${unknown}.`);
    else if (isCircle(graph, key))
      complain(row, 'dependsOn', 'activities that wait for each other in a circle never begin.');
    else change(key, 'activity', { dependsOn: [...new Set(found)] });
  }
  return { steps: steps.filter(({ parent, values }) => parent !== null || Object.keys(values).length > 0), problems };
}

/**
 * Without the texts that read as they do now: a text that is not yet translated stands in a file in the source locale, and is no translation when it comes
 * back.
 */
function unlessShown({ view, locale }: Reading, key: string, values: Record<string, unknown>): Record<string, unknown> {
  const node = view.places.get(key)?.node as unknown as Record<string, unknown> | undefined;
  return Object.fromEntries(
    Object.entries(values).filter(([field, value]) => {
      const given = (value as Record<string, unknown> | null | undefined)?.[locale];
      if (typeof given !== 'string' || !Array.isArray(node?.[field])) return true;
      return !sameText(pick(node[field] as Localized, locale, view.plan.sourceLocale)?.text ?? '', given);
    }),
  );
}

/** The heading of the file that a column was read from. */
function shownAs(column: ColumnName, { isUndp }: Table): HeadingName {
  if (!isUndp) return column;
  const among: Partial<Record<ColumnName, HeadingName>> = {
    ...{ outcomeCode: 'expectedOutputs', outcome: 'expectedOutputs', outcomeIndicators: 'expectedOutputs' },
    ...{ activityCode: 'plannedActivities', activity: 'plannedActivities', milestones: 'plannedActivities' },
    ...{ description: 'plannedActivities', budget: 'amount' },
  };
  return among[column] ?? column;
}

function isCircle(graph: ReadonlyMap<string, readonly string[]>, start: string): boolean {
  const seen = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === start) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(graph.get(key) ?? []));
  }
  return false;
}
