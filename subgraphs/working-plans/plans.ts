import { type Cursors, createCursors } from '../../kit/cursor.ts';
import type { Database } from '../../kit/database/open.ts';
import type { Hints } from '../../kit/hints.ts';
import type { Log } from '../../kit/log.ts';
import { noticesChannel } from '../../kit/notices/write.ts';
import { createTurns, type Turns } from './commands/nodes/turns.ts';
import { type Decisions, followDecisions } from './decisions.ts';
import type { Links } from './link/links.ts';
import { createPlanLog, type PlanLog } from './log.ts';
import type { ActivityPosition } from './projection/read.ts';
import { createProjection, type Projection, type ProjectionOptions } from './projection.ts';
import { createRooms, type Rooms, type RoomsOptions } from './room/rooms.ts';

/** What the commands work with: the database, the log of edits, and the plans open in this process. */
export interface Plans {
  database: Database;
  log: PlanLog;
  rooms: Rooms;
  /** The nodes of all plans, for queries across plans. */
  projection: Projection;
  /** The typed edits of a plan take turns. */
  turns: Turns;
  /** Of the list of activities. */
  activityCursors: Cursors<ActivityPosition>;
  /** REGION and REGION_NUMBER of this installation. */
  region: string;
  regionNumber: number;
  /** The concluded decisions that the feed has said. */
  decisions: Decisions;
  /** Of a plan's list of versions: the number of the last one given. */
  versionCursors(planId: string): Cursors<number>;
  /** Of a plan's list of deadlines: the day and the node of the last one given. */
  deadlineCursors(planId: string): Cursors<readonly [string, string]>;
  /** Of a plan's list of suggestions, alike. */
  suggestionCursors(planId: string): Cursors<number>;
  hints: Hints;
  /** The exchange with other regions, once the subgraph serves. */
  links?: Links;
  /** Ends what is being committed, then the rooms and their readers; the database stays open. */
  stop(): Promise<void>;
}

export function openPlans(options: {
  database: Database;
  hints: Hints;
  log: Log;
  cursorSecret: string;
  installation: { id: string; epoch: number };
  region: string;
  regionNumber: number;
  rooms?: Partial<RoomsOptions>;
  projection?: Pick<ProjectionOptions, 'delay' | 'every'>;
}): Plans {
  const { database, hints, cursorSecret, installation, region, regionNumber } = options;
  const { source } = database;
  const ofInstallation = `${installation.id} ${installation.epoch}`;
  const rooms = createRooms({
    source,
    hints,
    log: options.log,
    cursorSecret,
    installation: ofInstallation,
    ...options.rooms,
  });
  const log = createPlanLog({ source, onCommit: (edits) => rooms.commit(edits) });
  const onTold = () => hints.publish(noticesChannel, '');
  const projection = createProjection({ source, rooms, log: options.log, onTold, ...options.projection });
  const decisions = followDecisions({ database, hints, log: options.log });
  return {
    database,
    log: {
      ...log,
      async append(entry) {
        const appended = await log.append(entry);
        if (appended.ok) projection.note(entry.planId, entry.touched ?? []);
        return appended;
      },
    },
    rooms,
    projection,
    turns: createTurns(),
    activityCursors: createCursors(cursorSecret, {
      kind: 'list',
      stream: 'working-plans.activities',
      installation: ofInstallation,
    }),
    decisions,
    versionCursors: (planId) =>
      createCursors(cursorSecret, {
        kind: 'list',
        stream: `working-plans.versions ${planId}`,
        installation: ofInstallation,
      }),
    deadlineCursors: (planId) =>
      createCursors(cursorSecret, {
        kind: 'list',
        stream: `working-plans.deadlines ${planId}`,
        installation: ofInstallation,
      }),
    suggestionCursors: (planId) =>
      createCursors(cursorSecret, {
        kind: 'list',
        stream: `working-plans.suggestions ${planId}`,
        installation: ofInstallation,
      }),
    hints,
    region,
    regionNumber,
    async stop() {
      await decisions.stop();
      await log.stop();
      await projection.stop();
      await rooms.stop();
    },
  };
}
