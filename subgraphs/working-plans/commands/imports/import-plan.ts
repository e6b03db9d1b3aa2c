import * as Y from 'yjs';
import type { Actor } from '../../../../kit/context.ts';
import { conflict, forbidden, invalid } from '../../../../kit/types.ts';
import { createNode, setFields } from '../../document/edit.ts';
import { applyEdits, load, snapshot, stateVector } from '../../document/state.ts';
import { BusyError, readApart, TaskError } from '../../exports/apart.ts';
import { foldHeading } from '../../exports/words.ts';
import type { Reading } from '../../imports/cells.ts';
import { planSteps, type RowProblem, type Step } from '../../imports/steps.ts';
import { findTable, type Table } from '../../imports/table.ts';
import type { Plans } from '../../plans.ts';
import { isOpen, mayEditSomewhere } from '../../policy.ts';
import { type PlanView, viewFor } from '../../view.ts';
import { editPlan, newKey } from '../nodes/edit-plan.ts';

export interface ImportRequest {
  clientMutationId: string;
  planId: string;
  /** base64 */
  file: string;
  locale: string;
  sheet?: string | null;
  dryRun?: boolean | null;
  names?: { id: string; name: string }[] | null;
}
export interface Imported {
  planId: string;
  sheet: string;
  /** Nodes; none of a call that is repeated. */
  created: number;
  changed: number;
  problems: RowProblem[];
}

const largest = 180 * 1024; // bytes of a file: a request is no larger
const readWithin = 8_000; // ms: the gateway waits ten seconds for an answer

class Stopped extends Error {
  constructor(readonly problems: RowProblem[]) {
    super('rows cannot be taken');
  }
}

/**
 * Takes a spreadsheet's rows into a plan, as one typed edit: all of them, or none if one of them has a problem, and each problem is told by row and column.
 * @throws Problem ForbiddenError, ValidationError (no spreadsheet, no table), ConflictError (the plan takes no edits in its status)
 */
export async function importPlan(plans: Plans, actor: Actor, input: ImportRequest): Promise<Imported> {
  const { planId, locale } = input;
  const view = viewFor(actor, (await plans.rooms.open([planId])).get(planId));
  if (!view) throw forbidden('There is no such plan, or you may not see it.');
  if (!mayEditSomewhere(actor, view.plan)) throw forbidden('A plan is imported into by its editors.');
  if (!isOpen(view.plan)) throw conflict(`The plan is ${view.plan.status}: its text is closed.`, view.plan.version);
  if (!view.tree.locales.includes(locale))
    throw invalid(`locale: the plan is in ${view.tree.locales.join(', ')}.`, 'input', 'locale');
  const names = new Map((input.names ?? []).map(({ id, name }) => [foldHeading(name), id]));
  const table = await readTable(input, Number(view.tree.periodStart?.slice(0, 4) ?? new Date().getUTCFullYear()));
  const reading = (now: PlanView): Reading => ({ view: now, locale, names });
  const plan = (now: PlanView) =>
    planSteps(table, reading(now), (letter, n) =>
      newKey(actor, planId, { clientMutationId: `${input.clientMutationId}/${n}` }, letter),
    );
  const done = { planId, sheet: table.sheet, created: 0, changed: 0 };
  if (input.dryRun) {
    const { steps, problems } = plan(view);
    return { ...done, ...countOf(view, steps), problems };
  }
  try {
    await editPlan(plans, actor, {
      command: 'importPlan',
      input,
      planId,
      id: planId,
      write({ view: now, clientId }) {
        const { steps, problems } = plan(now);
        if (problems.length > 0) throw new Stopped(problems);
        Object.assign(done, countOf(now, steps));
        return writeSteps(now.room.doc, steps, clientId);
      },
    });
    return { ...done, problems: [] };
  } catch (error) {
    if (error instanceof Stopped) return { ...done, created: 0, changed: 0, problems: error.problems };
    throw error;
  }
}

async function readTable({ file, sheet = null }: ImportRequest, firstYear: number): Promise<Table> {
  const bytes = Buffer.from(file, 'base64');
  if (bytes.byteLength > largest) throw invalid('file: at most 180 KiB.', 'input', 'file');
  const unreadable = () => invalid('file: this cannot be read as an XLSX spreadsheet.', 'input', 'file');
  if (bytes.toString('latin1', 0, 2) !== 'PK') throw unreadable();
  const sheets = await readApart(bytes, { timeout: readWithin }).catch((error) => {
    if (error instanceof BusyError) throw invalid('file: others are being read: send it again in a moment.');
    throw error instanceof TaskError ? unreadable() : error;
  });
  const table = findTable(sheets, sheet, firstYear);
  if (!table) {
    throw invalid(
      'file: no sheet has a row of headings with Objective, Outcome and Activity, or Planned activities.',
      'input',
      'file',
    );
  }
  return table;
}

const countOf = (view: PlanView, steps: readonly Step[]) => ({
  created: steps.filter(({ parent }) => parent !== null).length,
  changed: steps.filter(({ parent, key, values }) => parent === null && differs(view, key, values)).length,
});

function differs(view: PlanView, key: string, values: Record<string, unknown>): boolean {
  try {
    return setFields(view.room.doc, key, values, 1).byteLength > 2;
  } catch {
    return true; // a text that the node lacks yet
  }
}

/** All steps as one update (V1) for `doc`, which is left untouched. */
function writeSteps(doc: Y.Doc, steps: readonly Step[], clientId: number): Uint8Array {
  const scratch = load(snapshot(doc));
  try {
    for (const { key, kind, parent, values } of steps) {
      const update =
        parent === null
          ? setFields(scratch, key, values, clientId)
          : createNode(scratch, { key, kind, parent, values }, clientId);
      applyEdits(scratch, [update]);
    }
    return Y.encodeStateAsUpdate(scratch, stateVector(doc));
  } finally {
    scratch.destroy();
  }
}
