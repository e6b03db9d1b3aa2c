import DataLoader from 'dataloader';

/** Keys to rows with one statement a batch; a key without a row gives null. */
export function loadByKey<K extends string, V>(
  fetch: (keys: readonly K[]) => Promise<readonly V[]>,
  keyOf: (row: V) => K,
): DataLoader<K, V | null> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await fetch(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });
}

/** Keys to lists of rows with one statement a batch, in the order the statement gave them. */
export function loadListByKey<K extends string, V>(
  fetch: (keys: readonly K[]) => Promise<readonly V[]>,
  keysOf: (row: V) => K | readonly K[],
): DataLoader<K, V[]> {
  return new DataLoader(async (keys) => {
    const lists = new Map<K, V[]>(keys.map((key) => [key, []]));
    for (const row of await fetch(keys)) {
      const owners = keysOf(row);
      for (const key of typeof owners === 'string' ? [owners] : owners) lists.get(key)?.push(row);
    }
    return keys.map((key) => lists.get(key) ?? []);
  });
}
