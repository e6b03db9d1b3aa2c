import type * as Y from 'yjs';

/** One of the two systems that are measured, running with its database. */
export interface Side {
  name: string;
  /** Processes that serve documents: their CPU and memory count. Postgres and Redis are not among them. */
  pids(): number[];
  /** A new document of about so many activities, with all its text. @returns its id */
  create(activities: number): Promise<string>;
  /** Opens a document to type in. @param instance which of several servers, from 0 */
  edit(id: string, instance?: number): Promise<Editor>;
  /** What a subscriber sends, for sockets that are read by another process. */
  subscription(id: string, instance?: number): Promise<Subscription>;
  /** SIGKILL to what serves documents, then a start of it. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Editor {
  doc: Y.Doc;
  text: Y.Text;
  /** Called with each update of another, applied. */
  onArrival: () => void;
  /** Resolves once all that was typed is acknowledged. */
  saved(): Promise<void>;
  close(): void;
}

/** How to open a socket and subscribe, and how to know an edit when it arrives. */
export interface Subscription {
  kind: 'graphql' | 'yjs';
  url: string;
  id: string;
  token: string;
}
