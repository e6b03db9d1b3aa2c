import { InitialMembers1763700000000 } from './2026-11-21-members.ts';

export const migrations = [InitialMembers1763700000000];
