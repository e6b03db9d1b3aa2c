import { type ColumnName, columnNames } from '../exports/columns.ts';
import { foldHeading, type Word, wordOf } from '../exports/words.ts';
import type { SheetRows } from './spreadsheet.ts';

/** Headings of an annual work plan that the platform's own columns do not have. */
const undpNames = [
  'expectedOutputs',
  'plannedActivities',
  'fundingSource',
  'budgetLabel',
  'amount',
  'currency',
] as const;
export type HeadingName = ColumnName | (typeof undpNames)[number];
const known: readonly HeadingName[] = [...columnNames, ...undpNames];

export interface TableRow {
  /** As the spreadsheet counts it, from 1. */
  number: number;
  /** By heading; '' where the cell is empty. */
  cells: Partial<Record<HeadingName, string>>;
  /** Quarters with a mark: from the first to the last, as days; null without. */
  quarters: { from: string; to: string } | null;
}
export interface Table {
  sheet: string;
  isUndp: boolean;
  /** The headings as they stand in the file. */
  headings: Partial<Record<HeadingName, string>>;
  rows: TableRow[];
}

const headingsWithin = 15; // rows from the top

/**
 * The table to take: that of the sheet named, else the first one with the platform's columns, else the first annual work plan.
 * @param firstYear of quarters whose headings name none
 * @returns undefined when there is none
 */
export function findTable(sheets: readonly SheetRows[], sheet: string | null, firstYear: number): Table | undefined {
  const among = sheet === null ? sheets : sheets.filter(({ name }) => foldHeading(name) === foldHeading(sheet));
  const tables = among.flatMap((one) => readTable(one, firstYear) ?? []);
  return tables.find(({ isUndp }) => !isUndp) ?? tables[0];
}

function readTable({ name, rows }: SheetRows, firstYear: number): Table | undefined {
  for (const [at, row] of rows.slice(0, headingsWithin).entries()) {
    const places = new Map<HeadingName, number>();
    const quarters: { column: number; year: number; quarter: number }[] = [];
    for (const [column, text] of row.entries()) {
      const word = wordOf(text, known as readonly Word[]) as HeadingName | undefined;
      if (word && !places.has(word)) places.set(word, column);
      const [, before, quarter, after] = /^(?:(\d{4})\s*)?[QT]\s?([1-4])(?:\s*(\d{4}))?$/i.exec(text.trim()) ?? [];
      if (quarter) quarters.push({ column, year: Number(before ?? after ?? firstYear), quarter: Number(quarter) });
    }
    const isUndp = !places.has('activity') && places.has('plannedActivities');
    if (places.size < 2 || !(isUndp || places.has('activity') || places.has('objective'))) continue;
    const table = rows.slice(at + 1).map((cells, index): TableRow => {
      const marked = quarters.filter(({ column }) => (cells[column] ?? '').trim() !== '');
      return {
        number: at + index + 2,
        cells: Object.fromEntries([...places].map(([word, column]) => [word, (cells[column] ?? '').trim()])),
        quarters: spanOf(marked),
      };
    });
    return {
      sheet: name,
      isUndp,
      headings: Object.fromEntries([...places].map(([word, column]) => [word, (row[column] ?? '').trim()])),
      rows: table.filter(({ cells }) => Object.values(cells).some((text) => text !== '')),
    };
  }
  return undefined;
}

function spanOf(marked: readonly { year: number; quarter: number }[]): TableRow['quarters'] {
  if (marked.length === 0) return null;
  const at = marked.map(({ year, quarter }) => year * 4 + quarter - 1).sort((a, b) => a - b);
  const [first, last] = [at[0]!, at.at(-1)!];
  const day = (months: number, date: number) => new Date(Date.UTC(0, months, date)).toISOString().slice(5, 10);
  const year = (quarter: number) => String(Math.floor(quarter / 4)).padStart(4, '0');
  return {
    from: `${year(first)}-${day((first % 4) * 3, 1)}`,
    to: `${year(last)}-${day((last % 4) * 3 + 3, 0)}`,
  };
}

/** The parts of a line that `|` parts; `\|` is one of the text. */
export const partsOf = (line: string): string[] =>
  line.split(/(?<!(?<!\\)\\)\|/).map((part) => part.trim().replace(/\\([\\|])/g, '$1'));

const escapePart = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|');

/** The lines of a cell that say something. */
export const linesOfCell = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** `1.1 A statement` -> its code and the rest. */
export function splitCode(text: string): { code: string; text: string } {
  const [, code = '', rest = text] = /^([A-Za-z]?\d+(?:\.\d+)*)[.)]?\s+(.+)$/s.exec(text.trim()) ?? [];
  return { code, text: rest.trim() };
}

/**
 * An annual work plan as the platform's columns would have it. A row without an output and an activity has only a further budget line of the activity above, whose
 * cells reach over it.
 */
export function fromUndpTable(table: Table): Table {
  const rows: TableRow[] = [];
  for (const row of table.rows.map(fromUndp)) {
    const last = rows.at(-1);
    const { expectedOutputs, plannedActivities, budget } = row.cells;
    if (last && !expectedOutputs && !plannedActivities)
      last.cells.budget = [last.cells.budget, budget].filter(Boolean).join('\n');
    else rows.push(row);
  }
  return { ...table, rows };
}

/** Its cells hold several things each. */
function fromUndp(row: TableRow): TableRow {
  const {
    expectedOutputs = '',
    plannedActivities = '',
    fundingSource = '',
    budgetLabel = '',
    amount = '',
    currency = '',
  } = row.cells;
  const [output = '', ...indicators] = linesOfCell(expectedOutputs);
  const [title = '', ...more] = linesOfCell(plannedActivities);
  const outcome = splitCode(output);
  const activity = splitCode(title);
  const isMilestone = (line: string) => /^[•*·-]\s/.test(line);
  const line = [budgetLabel || (amount ? activity.text || '—' : ''), amount, amount ? currency : '', fundingSource];
  return {
    ...row,
    cells: {
      ...row.cells,
      outcomeCode: outcome.code,
      outcome: outcome.text,
      outcomeIndicators: indicators.map(undpIndicator).join('\n'),
      activityCode: activity.code,
      activity: activity.text,
      milestones: more
        .filter(isMilestone)
        .map((one) => {
          const [, words = '', day = ''] = /^[•*·-]\s+(.*?)(?:\s*\((\d{4}-\d{2}-\d{2})\))?$/.exec(one) ?? [];
          return `${escapePart(words)} | ${day}`;
        })
        .join('\n'),
      description: more.filter((one) => !isMilestone(one)).join('\n'),
      budget: line.some(Boolean) ? line.map(escapePart).join(' | ') : '',
    },
  };
}

/** `Name — Baseline: 0; Target: 90 (PERCENT)`, as an export writes it, or whatever stands there. */
function undpIndicator(line: string): string {
  const [, name = line, facts = '', unit = ''] =
    /^(.*?)(?:\s+—\s+(.*?))?(?:\s+\((COUNT|PERCENT|YES_NO|QUALITATIVE)\))?$/.exec(line) ?? [];
  const values: Partial<Record<'baseline' | 'target', string>> = {};
  for (const fact of facts.split(';')) {
    const [word = '', ...value] = fact.split(':');
    const found = wordOf(word, ['baseline', 'target'] as const);
    if (found) values[found] = value.join(':').trim();
  }
  return [name, unit, values.baseline ?? '', values.target ?? ''].map(escapePart).join(' | ');
}

/** Whether two texts read alike: spreadsheets trim, and lines are joined in cells that hold several things. */
export const sameText = (a: string, b: string) => a.replace(/\s+/g, ' ').trim() === b.replace(/\s+/g, ' ').trim();
