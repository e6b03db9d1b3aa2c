import { InitialWorkingPlans1763700000000 } from './2026-11-21-initial.ts';

export const migrations = [InitialWorkingPlans1763700000000];
