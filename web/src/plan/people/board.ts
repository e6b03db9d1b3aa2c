import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Person, Position } from '../../../co-editing/presence.ts';

/** A text of the plan in one language. */
export interface Place {
  node: string;
  field: string;
  locale: string;
}

const nobody: readonly Person[] = [];
const keyOf = ({ node, field, locale }: Position | Place) => `${node}\n${field}\n${locale ?? ''}`;

/** Where the others are, by text: a large plan has thousands, and only those are drawn again in which something has changed. */
export class Board {
  #at = new Map<string, readonly Person[]>();
  #listeners = new Set<() => void>();

  /** @param move tells the others where this person is */
  constructor(readonly move: (position: Position | null) => void) {}

  read(place: Place): readonly Person[] {
    return this.#at.get(keyOf(place)) ?? nobody;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(people: readonly Person[] | null): void {
    const at = new Map<string, Person[]>();
    for (const person of people ?? []) {
      if (!person.position) continue;
      const key = keyOf(person.position);
      at.set(key, [...(at.get(key) ?? []), person]);
    }
    const before = this.#at;
    this.#at = new Map([...at].map(([key, here]) => [key, keep(before.get(key), here)]));
    for (const listener of this.#listeners) listener();
  }
}

/** The list from before, if it says the same: what is drawn from it stays as it is. */
function keep(before: readonly Person[] | undefined, now: readonly Person[]): readonly Person[] {
  const isSame = before?.length === now.length && before.every((person, index) => isAsBefore(person, now[index]!));
  return isSame ? before : now;
}

function isAsBefore(a: Person, b: Person): boolean {
  const bytes = (value: Uint8Array | null | undefined) => value?.join() ?? '';
  return (
    a.key === b.key &&
    nameOf(a) === nameOf(b) &&
    bytes(a.position?.anchor) === bytes(b.position?.anchor) &&
    bytes(a.position?.head) === bytes(b.position?.head)
  );
}

/** Of a person, as far as the reader may know; empty when nothing of it. Most seats are named after their organisation already. */
export const nameOf = ({ name, organisation }: Person): string =>
  name && organisation && !name.includes(organisation) ? `${name}, ${organisation}` : (name ?? organisation ?? '');

/** One of the page's colours for people (people.css), for a tab always the same. */
export function colourOf({ key }: Person): string {
  let sum = 0;
  for (const letter of key) sum = (sum * 31 + letter.charCodeAt(0)) % 9_973;
  return `person-${sum % 6}`;
}

export const BoardContext = createContext(new Board(() => {}));

/** Who is in this text now. */
export function usePeopleAt(place: Place): readonly Person[] {
  const board = useContext(BoardContext);
  return useSyncExternalStore(board.subscribe, () => board.read(place));
}
