import { readPart, toPart } from '../address.ts';

/** What of a plan is looked at: its text, a version of it, what is different between two, or what was done. */
export type PlanPlace = { planId: string } & (
  | { section: 'text' | 'versions' | 'suggestions' }
  /** `node`: of one part, by its key. */
  | { section: 'history'; node: string | null }
  | { section: 'version'; number: number }
  /** `to` null: the plan as it is now. */
  | { section: 'difference'; from: number; to: number | null }
);

/** `/plans/<id>`, `/plans/<id>/versions/3`, `/plans/<id>/versions/3/to/now`, `/plans/<id>/history`; null for other addresses. */
export function readPlanPath(path: string): PlanPlace | null {
  const [, plans, id, section, first, to, second] = path.split('/');
  if (plans !== 'plans' || !id) return null;
  const planId = readPart(id);
  const number = Number(first);
  if (section === 'history') return { planId, section, node: first ? readPart(first) : null };
  if (section === 'suggestions') return { planId, section };
  if (section !== 'versions') return { planId, section: 'text' };
  if (!Number.isInteger(number) || number < 1) return { planId, section };
  if (to !== 'to') return { planId, section: 'version', number };
  return { planId, section: 'difference', from: number, to: second === 'now' ? null : Number(second) || null };
}

export const planPath = (planId: string): string => `/plans/${toPart(planId)}`;
export const versionsPath = (planId: string): string => `${planPath(planId)}/versions`;
export const versionPath = (planId: string, number: number): string => `${versionsPath(planId)}/${number}`;
export const differencePath = (planId: string, from: number, to: number | null): string =>
  `${versionPath(planId, from)}/to/${to ?? 'now'}`;
export const historyPath = (planId: string): string => `${planPath(planId)}/history`;
/** @param key of the node in the document */
export const nodeHistoryPath = (planId: string, key: string): string =>
  `${historyPath(planId)}/${encodeURIComponent(key)}`;
export const suggestionsPath = (planId: string): string => `${planPath(planId)}/suggestions`;
