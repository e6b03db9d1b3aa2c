import { InitialMembers1763700000000 } from './2026-11-21-members.ts';
import { MemberAccounts1763793000000 } from './2026-11-22-accounts.ts';
import { BreakGlass1763793100000 } from './2026-11-22-break-glass.ts';
import { DirectoryExports1763792000001 } from './2026-11-22-directory.ts';
import { InvitationTerm1763800000000 } from './2026-11-22-invitations.ts';
import { LeftMembers1763811000000 } from './2026-11-22-left-members.ts';
import { MembershipLife1763792000000 } from './2026-11-22-membership-life.ts';
import { MemberNotices1763798000000 } from './2026-11-22-notices.ts';
import { OfficesByNetwork1763810000000 } from './2026-11-22-offices.ts';
import { OrganisationStanding1763799000000 } from './2026-11-22-standing.ts';

export const migrations = [
  InitialMembers1763700000000,
  MembershipLife1763792000000,
  DirectoryExports1763792000001,
  MemberAccounts1763793000000,
  BreakGlass1763793100000,
  MemberNotices1763798000000,
  OrganisationStanding1763799000000,
  InvitationTerm1763800000000,
  OfficesByNetwork1763810000000,
  LeftMembers1763811000000,
];
