import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Place } from '../people/board.ts';

export interface Suggestion {
  id: string;
  number: number;
  /** `planId/key`, or the plan's own id. */
  nodeId: string;
  field: string;
  locale: string;
  baseText: string;
  proposedText: string;
  status: string;
  note: string | null;
  createdAt: string;
  resolvedAt: string | null;
  author: { id: string; displayName: string } | null;
  resolvedBy: { displayName: string } | null;
}

/** The document's key of the node that an id names. */
export const keyOf = (nodeId: string): string =>
  nodeId.includes('/') ? nodeId.slice(nodeId.indexOf('/') + 1) : 'plan';
export const idOf = (planId: string, key: string): string => (key === 'plan' ? planId : `${planId}/${key}`);

const none: readonly Suggestion[] = [];
const nameOf = ({ node, field, locale }: Place) => `${node}\n${field}\n${locale}`;

/** The suggestions by the text they are about: a large plan has thousands, and only those are drawn again that have others than before. */
export class Suggestions {
  #at = new Map<string, readonly Suggestion[]>();
  #listeners = new Set<() => void>();
  count = 0;

  read(place: Place): readonly Suggestion[] {
    return this.#at.get(nameOf(place)) ?? none;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(all: readonly Suggestion[]): void {
    const at = new Map<string, Suggestion[]>();
    for (const suggestion of all) {
      const { nodeId, field, locale } = suggestion;
      const name = nameOf({ node: keyOf(nodeId), field, locale });
      at.set(name, [...(at.get(name) ?? []), suggestion]);
    }
    const before = this.#at;
    const isSame = (name: string, now: Suggestion[]) => JSON.stringify(before.get(name)) === JSON.stringify(now);
    this.#at = new Map([...at].map(([name, now]) => [name, isSame(name, now) ? before.get(name)! : now]));
    this.count = all.filter(({ status }) => status === 'OPEN').length;
    for (const listener of this.#listeners) listener();
  }
}

export const SuggestionsContext = createContext(new Suggestions());

export function useSuggestionsAt(place: Place): readonly Suggestion[] {
  const store = useContext(SuggestionsContext);
  return useSyncExternalStore(store.subscribe, () => store.read(place));
}
