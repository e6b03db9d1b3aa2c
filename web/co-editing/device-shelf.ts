import type { Entry, Kept, PlanState, Shelf, Writing } from './shelf.ts';

/*
 * A shelf in the browser's IndexedDB. Each tab has a place of its own (a Yjs client id must never be used by two): a place is held by a lock that the
 * browser frees when the tab is gone, whatever became of it.
 */

const NAME = 'net4u';
const STORES = { states: 'place', bases: 'place', entries: ['place', 'n'] } as const;

type Row<T> = T & { place: string };

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) {
        request.result.createObjectStore(store, { keyPath: keyPath as string | string[] });
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const rangeOf = (place: string) => IDBKeyRange.bound([place], [place, []]);
const placePrefix = (subject: string, planId: string) => `${subject}\n${planId}\n`;

/** How long to wait for a tab of the same person to let go of a place, ms. */
export const LETTING_GO = 5_000;

/** Resolves with what frees the place, or undefined when another tab holds it: at once, or after `patience` ms. */
export function hold(place: string, patience = 0): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const options = patience > 0 ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    navigator.locks
      .request(`${NAME}\n${place}`, options, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((free) => resolve(free));
      })
      .catch(() => resolve(undefined));
  });
}

/**
 * Takes a place that no other tab holds: after a reload the very one it had (whose lock the browser may free a moment late), else one where a closed
 * tab left something unsaved, else the first.
 */
export async function openShelf(subject: string, planId: string): Promise<Shelf> {
  const database = await openDatabase();
  const prefix = placePrefix(subject, planId);
  const memory = `${NAME}.place.${prefix}`;
  const take = (place: string, free: () => void) => {
    sessionStorage.setItem(memory, place);
    return createShelf(database, place, prefix, free);
  };
  const before = sessionStorage.getItem(memory);
  const own = before && (await hold(before, LETTING_GO));
  if (own) return take(before, own);
  for (const place of await readUnsavedPlaces(database)) {
    const free = place.startsWith(prefix) ? await hold(place) : undefined;
    if (free) return take(place, free);
  }
  for (let number = 0; ; number++) {
    const free = await hold(prefix + number);
    if (free) return take(prefix + number, free);
  }
}

/** Places that hold something unsaved, of anybody, with how many changes. */
async function countByPlace(database: IDBDatabase): Promise<Map<string, number>> {
  const entries = await answer<Row<Entry>[]>(database.transaction('entries').objectStore('entries').getAll());
  const found = new Map<string, number>();
  for (const { place, unsaved } of entries) if (unsaved) found.set(place, (found.get(place) ?? 0) + unsaved.changes);
  return found;
}

const readUnsavedPlaces = async (database: IDBDatabase) => [...(await countByPlace(database)).keys()];

function createShelf(database: IDBDatabase, place: string, prefix: string, free: () => void): Shelf {
  const begin = (mode: IDBTransactionMode) => database.transaction(Object.keys(STORES), mode);
  return {
    async load() {
      const transaction = begin('readonly');
      const [state, base, entries] = await Promise.all([
        answer<Row<PlanState> | undefined>(transaction.objectStore('states').get(place)),
        answer<Row<{ update: Uint8Array }> | undefined>(transaction.objectStore('bases').get(place)),
        answer<Entry[]>(transaction.objectStore('entries').getAll(rangeOf(place))),
      ]);
      return state && base ? ({ state, base: base.update, entries } satisfies Kept) : undefined;
    },
    write({ state, base, put = [], remove = [] }: Writing) {
      const transaction = begin('readwrite');
      const entries = transaction.objectStore('entries');
      if (remove === 'all') entries.delete(rangeOf(place));
      else for (const n of remove) entries.delete([place, n]);
      for (const entry of put) entries.put({ ...entry, place });
      if (state) transaction.objectStore('states').put({ ...state, place });
      if (base) transaction.objectStore('bases').put({ place, update: base });
      return finished(transaction);
    },
    clear() {
      const transaction = begin('readwrite');
      transaction.objectStore('entries').delete(rangeOf(place));
      transaction.objectStore('states').delete(place);
      transaction.objectStore('bases').delete(place);
      return finished(transaction);
    },
    async strays() {
      const keys = await answer(database.transaction('states').objectStore('states').getAllKeys());
      const strays: Shelf[] = [];
      for (const other of keys as string[]) {
        const release = other.startsWith(prefix) && other !== place ? await hold(other) : undefined;
        if (release) strays.push(createShelf(database, other, prefix, release));
      }
      return strays;
    },
    release: free,
  };
}

/** Changes of this person that are only on this device, by plan. */
export async function countUnsaved(subject: string): Promise<Map<string, number>> {
  const database = await openDatabase();
  const found = new Map<string, number>();
  for (const [place, changes] of await countByPlace(database)) {
    const [owner, planId = ''] = place.split('\n');
    if (owner === subject) found.set(planId, (found.get(planId) ?? 0) + changes);
  }
  database.close();
  return found;
}

/** Removes from this device what the server has too; what is not saved stays. Call it when the person's plans are being closed. */
export async function forgetSaved(subject: string): Promise<void> {
  const database = await openDatabase();
  const places = (await answer(database.transaction('states').objectStore('states').getAllKeys())) as string[];
  const forget = async (place: string) => {
    const shelf = createShelf(database, place, place, () => {});
    const kept = await shelf.load();
    if (!kept?.entries.some(({ unsaved }) => unsaved) && !kept?.state.refused.length) await shelf.clear();
  };
  for (const place of places) {
    if (!place.startsWith(`${subject}\n`)) continue;
    const signal = AbortSignal.timeout(LETTING_GO);
    // Another tab that goes on using it keeps it.
    await navigator.locks.request(`${NAME}\n${place}`, { signal }, () => forget(place)).catch(() => {});
  }
  database.close();
}
