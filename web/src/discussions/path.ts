import { readPart, toPart } from '../address.ts';

/** A discussion or a decision, as an address names it. */
export interface DiscussionPlace {
  kind: 'thread' | 'decision';
  id: string;
}

/** `/threads/<id>`, `/decisions/<id>`; null for other addresses. */
export function readDiscussionPath(path: string): DiscussionPlace | null {
  const [, folder, id] = path.split('/');
  if (!id || (folder !== 'threads' && folder !== 'decisions')) return null;
  return { kind: folder === 'threads' ? 'thread' : 'decision', id: readPart(id) };
}

export const threadPath = (id: string): string => `/threads/${toPart(id)}`;
export const decisionPath = (id: string): string => `/decisions/${toPart(id)}`;
