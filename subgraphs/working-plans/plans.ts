import type { Database } from '../../kit/database/open.ts';
import type { Hints } from '../../kit/hints.ts';
import type { Log } from '../../kit/log.ts';
import { createPlanLog, type PlanLog } from './log.ts';
import { createRooms, type Rooms } from './room/rooms.ts';

/** What the commands work with: the database, the log of edits, and the plans open in this process. */
export interface Plans {
  database: Database;
  log: PlanLog;
  rooms: Rooms;
  /** REGION and REGION_NUMBER of this installation. */
  region: string;
  regionNumber: number;
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
}): Plans {
  const { database, hints, cursorSecret, installation, region, regionNumber } = options;
  const rooms = createRooms({
    source: database.source,
    hints,
    log: options.log,
    cursorSecret,
    installation: `${installation.id} ${installation.epoch}`,
  });
  const log = createPlanLog({ source: database.source, onCommit: (edits) => rooms.commit(edits) });
  return {
    database,
    log,
    rooms,
    region,
    regionNumber,
    async stop() {
      await log.stop();
      await rooms.stop();
    },
  };
}
