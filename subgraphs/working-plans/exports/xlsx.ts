import writeXlsxFile, { type Cell, type Row, type Sheet } from 'write-excel-file/node';
import { sayStatus, tableOf } from './columns.ts';
import type { PlanModel } from './model.ts';
import { fundingOf, type UndpCell, undpRows } from './undp.ts';
import type { Say } from './words.ts';
import { cleanXml } from './xml.ts';

const heading = { fontWeight: 'bold', backgroundColor: '#dbe5f1', wrap: true, alignVertical: 'top' } as const;
const body = { wrap: true, alignVertical: 'top' } as const;
const longestCell = 32_767; // characters that a spreadsheet's cell may hold

const text = (value: string, style: object = body): Cell => ({
  ...style,
  type: String,
  value: cleanXml(value).slice(0, longestCell),
});
/** Three sheets: the plan in UNDP's order, all columns of the platform (which an import takes back), and the budget by source of funds. */
export async function writeXlsx(plan: PlanModel, say: Say): Promise<Uint8Array> {
  const { headings, rows, quarters } = undpRows(plan, say);
  const { source } = plan;
  const networks = source.networkIds.map((id) => plan.nameOf(id)).join(', ');
  const period = [plan.periodStart, plan.periodEnd].filter(Boolean).join(' – ');
  const title: Row[] = [
    [text(plan.title.text, { fontWeight: 'bold', fontSize: 14 })],
    [text(`${say('networks')}: ${networks}`, {})],
    [text(`${say('period')}: ${period}   ${say('status')}: ${sayStatus(source.status, say)}`, {})],
    [],
  ];
  const toCell = (cell: UndpCell | null): Cell => {
    if (!cell) return null;
    const span = cell.rows && cell.rows > 1 ? { rowSpan: cell.rows } : {};
    if (typeof cell.value === 'string') return text(cell.value, { ...body, ...span });
    return { ...body, ...span, type: Number, value: cell.value, format: '#,##0.00' };
  };
  const widths = [44, 52, ...Array.from({ length: quarters }, () => 7), 28, 22, 30, 14, 10, 14, 22, 32];
  const annual: Sheet<never> = {
    sheet: sheetName(say('annualWorkPlan')),
    orientation: 'landscape',
    stickyRowsCount: title.length + 1,
    columns: widths.map((width) => ({ width })),
    data: [...title, headings.map((one) => text(one, heading)), ...rows.map((row) => row.map(toCell))],
  };
  const [first = [], ...table] = tableOf(plan, say);
  const all: Sheet<never> = {
    sheet: sheetName(say('allColumns')),
    orientation: 'landscape',
    stickyRowsCount: 1,
    columns: first.map((one) => ({ width: Math.min(50, Math.max(14, one.length + 2)) })),
    data: [first.map((one) => text(one, heading)), ...table.map((row) => row.map((one) => text(one)))],
  };
  const funding = fundingOf(plan);
  const donors: Sheet<never> = {
    sheet: sheetName(say('funding')),
    columns: [{ width: 40 }, { width: 10 }, { width: 16 }, { width: 60 }],
    data: [
      (['fundingSource', 'currency', 'amount', 'allColumns'] as const).map((word) => text(say(word), heading)),
      ...funding.map(
        (sum): Row => [
          text(sum.source || say('unfunded')),
          text(sum.currency),
          { type: Number, value: sum.amount, format: '#,##0.00' },
          text(sum.activities.join('; ')),
        ],
      ),
    ],
  };
  const sheets = funding.length > 0 ? [annual, all, donors] : [annual, all];
  return writeXlsxFile(sheets).toBuffer();
}

/** At most 31 characters, none of those that separate sheets in formulas. */
const sheetName = (name: string): string => name.replace(/[\\/*?:[\]]/g, ' ').slice(0, 31);
