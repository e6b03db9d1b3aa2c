import type { Manifest } from '../demand/persisted.ts';
import type { Prepared } from '../operations.ts';

/**
 * What an operation is called in metrics, spans and logs: its name where one of that name is registered here. Clients may call theirs
 * what they like, a person's name too.
 */
export function createOperationNames(manifest: Manifest): (prepared: Pick<Prepared, 'planned'>) => string | undefined {
  const known = new Set<string>();
  for (const text of manifest.values()) {
    for (const [, name] of text.matchAll(/\b(?:query|mutation|subscription)\s+([_A-Za-z]\w*)/g))
      known.add(name as string);
  }
  return ({ planned }) => {
    const name = planned.definition.name?.value;
    return name !== undefined && known.has(name) ? name : undefined;
  };
}
