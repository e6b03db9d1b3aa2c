import type DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadByKey } from '../../kit/load.ts';
import { readable, select } from './statement.ts';

/** A row, and the key of the list it was asked for. */
export type Listed<T> = T & { key: string };
export type Lists<T> = DataLoader<string, Listed<T>[]>;

/** Postgres refuses a text with a NUL in it; no key of ours has one, so such a key finds nothing and must not fail its batch. */
export const sendable = (keys: readonly string[]) => keys.filter((key) => !key.includes('\0'));

/** One loader for each set of arguments, as a batch is one statement. */
export function perArguments<A, L>(create: (args: A) => L): (args: A) => L {
  const known = new Map<string, L>();
  return (args) => {
    const name = JSON.stringify(args);
    const loader = known.get(name) ?? create(args);
    known.set(name, loader);
    return loader;
  };
}

/** Makes loaders of rows with an audience of their own, by id. */
export const createIdLoader =
  (manager: EntityManager, actor: Actor) =>
  <T extends { id: string }>(entity: new () => T, table: string): DataLoader<string, T | null> =>
    loadByKey<string, T>(
      (ids) =>
        select(
          manager,
          entity,
          (columns, bind) =>
            `SELECT ${columns} FROM ${table} r WHERE r.id = ANY(${bind(sendable(ids))}) AND ${readable('r', actor, bind)}`,
        ),
      (row) => row.id,
    );
