import { InitialDiscussions1763700000000 } from './2026-11-21-initial.ts';
import { Decisions1763786000000 } from './2026-11-22-decisions.ts';
import { Library1763795000000 } from './2026-11-22-library.ts';
import { ListsByIndex1763810000000 } from './2026-11-22-lists.ts';
import { Posts1763794000000 } from './2026-11-22-posts.ts';
import { RoundReminders1763797000000 } from './2026-11-22-reminders.ts';
import { Writers1763796000000 } from './2026-11-22-writers.ts';

export const migrations = [
  InitialDiscussions1763700000000,
  Decisions1763786000000,
  Posts1763794000000,
  Library1763795000000,
  RoundReminders1763797000000,
  Writers1763796000000,
  ListsByIndex1763810000000,
];
