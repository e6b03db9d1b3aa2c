import { InitialWorkingPlans1763700000000 } from './2026-11-21-initial.ts';
import { AppendByIndex1763798000000 } from './2026-11-22-append.ts';
import { PlanClients1763784000000 } from './2026-11-22-clients.ts';
import { PlanExports1763796000000 } from './2026-11-22-exports.ts';
import { ToldLate1763797000000 } from './2026-11-22-late.ts';
import { PlanLife1763781000000 } from './2026-11-22-life.ts';
import { PlanLink1763785000000 } from './2026-11-22-link.ts';
import { PlanLog1763780000000 } from './2026-11-22-log.ts';
import { PlanProjection1763783000000 } from './2026-11-22-projection.ts';
import { PlanSuggestions1763782000000 } from './2026-11-22-suggestions.ts';
import { SnapshotVector1763786000000 } from './2026-11-22-vector.ts';

export const migrations = [
  InitialWorkingPlans1763700000000,
  PlanLog1763780000000,
  PlanLife1763781000000,
  PlanSuggestions1763782000000,
  PlanProjection1763783000000,
  PlanClients1763784000000,
  PlanLink1763785000000,
  SnapshotVector1763786000000,
  PlanExports1763796000000,
  ToldLate1763797000000,
  AppendByIndex1763798000000,
];
