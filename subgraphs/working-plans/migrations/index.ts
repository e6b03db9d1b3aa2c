import { InitialWorkingPlans1763700000000 } from './2026-11-21-initial.ts';
import { PlanLog1763780000000 } from './2026-11-22-log.ts';

export const migrations = [InitialWorkingPlans1763700000000, PlanLog1763780000000];
