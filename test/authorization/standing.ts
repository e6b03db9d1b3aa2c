import type { Standing } from '../../gateway/planner.ts';

/** Somebody who holds just these grants. */
export function holding(...grants: string[]): Standing {
  const held = new Set(grants);
  return { holds: (grant) => held.has(grant), isActive: () => false, share: 0 };
}
