import type { RequestContext } from '../../kit/context.ts';
import { type Cursors, createCursors } from '../../kit/cursor.ts';
import type { Database } from '../../kit/database/open.ts';
import type { Cleaner } from './attachments/cleaner.ts';
import type { DecisionPlace } from './decision-loaders.ts';
import type { EntryPlace } from './library-loaders.ts';
import type { Live } from './live/live.ts';
import type { Loaders, ThreadPosition } from './loaders.ts';
import type { MeetingPlace } from './meeting-loaders.ts';
import type { ReportPlace, UnreadPlace } from './post-loaders.ts';
import type { DecisionRules } from './round.ts';
import type { MatchPlace } from './search.ts';

/** Cursors of the lists that grow. A post's is its position in its thread. */
export interface ListCursors {
  threads: Cursors<ThreadPosition>;
  inbox: Cursors<ThreadPosition>;
  unread: Cursors<UnreadPlace>;
  posts: Cursors<number>;
  /** `Thread.changeCount` up to which a reader knows what became of its posts. */
  changes: Cursors<number>;
  matches: Cursors<MatchPlace>;
  reports: Cursors<ReportPlace>;
  decisions: Cursors<DecisionPlace>;
  meetings: Cursors<MeetingPlace>;
  statements: Cursors<EntryPlace>;
  knowledge: Cursors<EntryPlace>;
}

export function createListCursors(secret: string, installation: string): ListCursors {
  const of = <P>(list: string) =>
    createCursors<P>(secret, { kind: 'list', stream: `discussions.${list}`, installation });
  return {
    threads: of('threads'),
    inbox: of('inbox'),
    unread: of('unread'),
    posts: of('posts'),
    changes: of('changes'),
    matches: of('matches'),
    reports: of('reports'),
    decisions: of('decisions'),
    meetings: of('meetings'),
    statements: of('statements'),
    knowledge: of('knowledge'),
  };
}

export interface DiscussionsContext extends RequestContext {
  database: Database;
  loaders: Loaders;
  /** Forgets what was read: for what comes later over the same subscription. */
  refresh(): void;
  cursors: ListCursors;
  rules: DecisionRules;
  live: Live;
  cleaner: Cleaner;
}
