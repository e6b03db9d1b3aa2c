import { stringify } from 'csv-stringify/sync';
import { tableOf } from './columns.ts';
import type { PlanModel } from './model.ts';
import type { Say } from './words.ts';

/** All columns; in UTF-8 with a mark of it, by which spreadsheets know, and with what one would take for a formula made harmless. */
export const writeCsv = (plan: PlanModel, say: Say): Uint8Array =>
  Buffer.from(stringify(tableOf(plan, say), { bom: true, escape_formulas: true, record_delimiter: 'windows' }));
