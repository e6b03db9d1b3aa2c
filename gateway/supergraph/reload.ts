import { ConfigurationError } from '../../kit/errors.ts';
import type { Log } from '../../kit/log.ts';
import { createGraphs, type Graphs } from './graph.ts';
import { composeDraft, type Draft, type SupergraphSource } from './source.ts';
import { tryOut } from './trial.ts';

export type Outcome = 'replaced' | 'unchanged' | 'refused';

/** A supergraph that is served, and read again when its source changes. */
export interface ServedSupergraph {
  readonly graphs: Graphs;
  /**
   * Reads the source and serves what it holds, unless that is refused: then the one before stays. Each outcome is logged.
   * Calls that come while one is under way share the one that follows it.
   * @param by what asked for it, for the log
   */
  reload(by: string): Promise<Outcome>;
  stop(): Promise<void>;
}

/**
 * @param supergraph its SDL, which then stays, or where it comes from
 * @param urls where each subgraph answers, by name
 * @throws Error that says what is wrong with the SDL; ConfigurationError that says so of a source
 */
export async function serveSupergraph(
  supergraph: string | SupergraphSource,
  urls: Readonly<Record<string, string>>,
  log: Log,
): Promise<ServedSupergraph> {
  if (typeof supergraph === 'string') {
    const graphs = createGraphs(supergraph, urls);
    return { graphs, reload: async () => 'unchanged', stop: async () => {} };
  }
  const source = supergraph;
  const ending = new AbortController();
  const tried = async (draft: Draft) => {
    const operations = await source.readOperations?.();
    const addresses = Object.keys(urls).filter((name) => urls[name]);
    return tryOut(draft, { addresses, signal: ending.signal, ...(operations && { operations }) });
  };
  const begin = async (): Promise<[string, Graphs]> => {
    const draft = await source.read();
    const sdl = source.tryFirst ? (await tried(draft)).sdl : composeDraft(draft);
    return [keyOf(draft), createGraphs(sdl, urls)];
  };
  let [accepted, graphs] = await begin().catch((error): never => {
    throw new ConfigurationError(`SUPERGRAPH: ${source.name} cannot be served. ${(error as Error).message}`);
  });

  /** What was refused last, and why: a change that was read while it was made is read again when it is told of. */
  let refused: string | undefined;
  const replace = async (by: string): Promise<Outcome> => {
    const from = graphs.current.id;
    let key: string | undefined;
    try {
      const draft = await source.read();
      key = keyOf(draft);
      if (key === accepted) {
        refused = undefined;
        if (by !== watching) log.warn('supergraph unchanged', { by, path: source.name, id: from });
        return 'unchanged';
      }
      const { sdl, broken } = await tried(draft);
      const { id } = graphs.replace(sdl);
      accepted = key;
      refused = undefined;
      // not mere information: development, too, should see what it serves now
      log.warn('supergraph replaced', { by, path: source.name, from, to: id, ...(broken.length > 0 && { broken }) });
      return 'replaced';
    } catch (error) {
      if (ending.signal.aborted) return 'refused';
      const before = refused;
      refused = `${(error as Error).message}\n${key ?? ''}`;
      if (by === watching && refused === before) return 'refused';
      log.error('supergraph refused', {
        by,
        path: source.name,
        reason: (error as Error).message,
        kept: graphs.current.id,
      });
      return 'refused';
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<Outcome> | undefined;
  const reload = (by: string): Promise<Outcome> => {
    next ??= running.then(() => {
      next = undefined;
      return ending.signal.aborted ? 'refused' : replace(by);
    });
    running = next;
    return next;
  };
  const unwatch = source.watch?.(() => void reload(watching));
  return {
    graphs,
    reload,
    async stop() {
      unwatch?.();
      ending.abort();
      await running;
    },
  };
}

const watching = 'its source, which changed';
const keyOf = (draft: Draft): string => JSON.stringify(draft);
