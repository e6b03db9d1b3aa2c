import type { RequestContext } from '../../kit/context.ts';
import type { Cursors } from '../../kit/cursor.ts';
import type { Database, Transaction } from '../../kit/database/open.ts';
import type { Hints } from '../../kit/hints.ts';
import type { Changes } from './changes.ts';
import type { MatchPosition } from './expertise.ts';
import type { ListPosition } from './lists.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Mailer } from './mail/mailer.ts';
import type { NoticePosition } from './notices.ts';
import type { NoticesLive } from './notices-live.ts';

/** The audit log is read backwards. */
export interface AuditPosition {
  before: number;
}

export interface MembersContext extends RequestContext {
  database: Database;
  hints: Hints;
  loaders: Loaders;
  cursors: {
    memberships: Cursors<ListPosition>;
    organisations: Cursors<ListPosition>;
    audit: Cursors<AuditPosition>;
    experts: Cursors<MatchPosition>;
    notices: Cursors<NoticePosition>;
  };
  changes: Changes;
  noticesLive: NoticesLive;
  /** Absent: this installation mails nothing. */
  mailer?: Mailer;
}

/** Runs a command in one transaction; what the request has read before is forgotten, so that the answer shows the change. */
export async function run<T>(context: MembersContext, command: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await context.database.transaction(command);
  } finally {
    context.changes.wake();
    context.loaders = createLoaders(context.database.source);
  }
}
