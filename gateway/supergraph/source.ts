import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { composeSupergraph } from './compose.ts';
import { watchPath } from './watch.ts';

/** A supergraph as it was found: composed, or the subgraphs that make it. */
export type Draft =
  | { readonly sdl: string }
  | { readonly subgraphs: readonly { readonly name: string; readonly sdl: string }[] };

/** Where supergraphs come from. */
export interface SupergraphSource {
  /** How operators know it: its path. */
  readonly name: string;
  /** What is there now. @throws Error that says why it cannot be read */
  read(): Promise<Draft>;
  /** Calls `onChange` when it may hold something else. @returns stop watching */
  watch?(onChange: () => void): () => void;
  /** Documents that clients rely on, by name: each is planned when a supergraph is tried, and named if it no longer can be. */
  readOperations?(): Promise<Record<string, string>>;
  /** Whether the first one, too, is tried in a process of its own before it is served; those that follow always are. */
  readonly tryFirst?: boolean;
}

/** @throws Error that lists every composition error */
export const composeDraft = (draft: Draft): string =>
  'sdl' in draft
    ? draft.sdl
    : composeSupergraph(draft.subgraphs.map((one) => ({ ...one, url: `http://${one.name}/graphql` })));

/**
 * A supergraph's SDL in a file, or a folder of `<subgraph>.graphql` to compose.
 * @param options.operations folder of documents that clients rely on
 */
export function openSupergraph(
  path: string,
  options: { operations?: string; tryFirst?: boolean } = {},
): SupergraphSource {
  const { operations, tryFirst = false } = options;
  return {
    name: path,
    tryFirst,
    read: () => readSettled(() => readDraft(path)),
    watch: (onChange) => watchPath(path, onChange),
    readOperations: async () => (operations === undefined ? {} : Object.fromEntries(await readFolder(operations))),
  };
}

async function readDraft(path: string): Promise<Draft> {
  const found = await stat(path).catch((error) => {
    throw new Error(error.code === 'ENOENT' ? 'There is no such file or folder.' : error.message);
  });
  if (!found.isDirectory()) return { sdl: await readText(path) };
  const files = await readFolder(path);
  const subgraphs = files
    .map(([file, sdl]) => ({ name: parse(file).name, sdl }))
    .filter(({ name }) => name !== composed);
  if (subgraphs.length === 0) throw new Error('This folder holds no <subgraph>.graphql.');
  return { subgraphs };
}

/** What a folder of subgraphs may hold besides: what they were composed to. */
const composed = 'supergraph';

/** Names and texts of the documents in a folder; what editors leave beside them is none. */
async function readFolder(folder: string): Promise<[string, string][]> {
  const names = (await readdir(folder)).filter((name) => /^\w[\w-]*\.graphql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => [name, await readText(join(folder, name))] as [string, string]));
}

const largest = 8 * 1024 * 1024; // bytes; the largest supergraphs known are of 2 MB

/** A pipe or device may never end, and what is too large would keep requests waiting while it is compared and handed on. */
async function readText(file: string): Promise<string> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error(`${basename(file)} is neither a file nor a folder.`);
  if (found.size > largest) throw new Error(`${basename(file)} has ${found.size} bytes: at most ${largest} are read.`);
  return readFile(file, 'utf8');
}

/** Reads until it reads the same twice: a file that is being written is half of one. */
async function readSettled(read: () => Promise<Draft>, times = 20, between = 50): Promise<Draft> {
  let before = await read();
  for (let i = 0; i < times; i += 1) {
    await pause(between);
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
  throw new Error('It does not stop changing.');
}
