import type { RequestContext } from '../../kit/context.ts';
import { type Cursors, createCursors } from '../../kit/cursor.ts';
import type { Database } from '../../kit/database/open.ts';
import type { DecisionPlace } from './decision-loaders.ts';
import type { Loaders, ThreadPosition } from './loaders.ts';
import type { DecisionRules } from './round.ts';

/** Cursors of the lists that grow. A post's is its position in its thread. */
export interface ListCursors {
  threads: Cursors<ThreadPosition>;
  inbox: Cursors<ThreadPosition>;
  posts: Cursors<number>;
  decisions: Cursors<DecisionPlace>;
}

export function createListCursors(secret: string, installation: string): ListCursors {
  const of = <P>(list: string) =>
    createCursors<P>(secret, { kind: 'list', stream: `discussions.${list}`, installation });
  return { threads: of('threads'), inbox: of('inbox'), posts: of('posts'), decisions: of('decisions') };
}

export interface DiscussionsContext extends RequestContext {
  database: Database;
  loaders: Loaders;
  cursors: ListCursors;
  rules: DecisionRules;
}
