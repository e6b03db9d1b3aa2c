import { canonicalize, type Json } from '../document/canonical.ts';
import type { PlanModel } from './model.ts';

/** Every locale of the plan, as RFC 8785 JSON: `plan` is what its networks decide on (`WorkingPlan.contentHash` is its SHA-256, of the whole plan). */
export function writeJson({ source }: PlanModel): Uint8Array {
  const { planId, status, version, networkIds, sourceLocale, contentHash, exportedAt, content } = source;
  const about = { id: planId, status, version, networks: networkIds, sourceLocale, contentHash, exportedAt };
  const states = {
    activities: source.activities,
    milestones: source.milestones,
    indicators: Object.fromEntries(Object.entries(source.actuals).map(([key, actual]) => [key, { actual }])),
  };
  const whole = { format: 'net4u-working-plan', formatVersion: 1, about, plan: content, states };
  return Buffer.from(canonicalize(whole as unknown as Json));
}
