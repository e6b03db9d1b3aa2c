import { useSyncExternalStore } from 'react';

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
