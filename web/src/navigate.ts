import { useSyncExternalStore } from 'react';
import { readPart } from './address.ts';

const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

function listen(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('popstate', listener);
  };
}

export function navigate(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  scrollTo(0, 0);
  tell();
  // As after loading a page: who hears it or uses the keyboard goes on at the start of the content.
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** The address's path, kept current. */
export const usePath = (): string => useSyncExternalStore(listen, () => location.pathname);
/** What the address names on the page, after its `#`. */
export const useNamed = (): string => useSyncExternalStore(listen, () => readPart(location.hash.slice(1)));
/** To come back here after signing in. */
export const here = (): string => location.pathname + location.hash;
