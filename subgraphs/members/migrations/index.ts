import { InitialMembers1763700000000 } from './2026-11-21-members.ts';
import { MemberAccounts1763793000000 } from './2026-11-22-accounts.ts';

export const migrations = [InitialMembers1763700000000, MemberAccounts1763793000000];
