import type { GatewayOptions } from '../../gateway/server.ts';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { type SmallWorld, startSmallWorld } from '../gateway.ts';
import type { Member } from '../people.ts';
import { link, type Seen, type Subgraph, type SubgraphSource, serve } from './subgraph.ts';

export interface World extends SmallWorld {
  /** Those of the situation, by name. */
  at: Record<string, Subgraph>;
  ana: Member;
  /** Requests of the situation's subgraphs in the order in which they came, and forgets them. */
  takeSeen(): (Seen & { subgraph: string })[];
}

/**
 * The gateway before subgraphs of a situation, over HTTP and graphql-ws. The two subgraphs that say who ana is stand beside the
 * supergraph.
 */
export async function startWorld(
  sources: Record<string, SubgraphSource>,
  options: Partial<GatewayOptions> = {},
): Promise<World> {
  const at: Record<string, Subgraph> = {};
  for (const [name, source] of Object.entries(sources)) at[name] = await serve(name, source);
  const urls = Object.fromEntries(Object.entries(at).map(([name, { url }]) => [name, url]));
  const supergraph = composeSupergraph(
    Object.entries(sources).map(([name, { sdl }]) => ({ name, sdl: link + sdl, url: '' })),
  );
  const world = await startSmallWorld({ supergraph, urls, ...options });
  const ana = await world.member();
  return {
    ...world,
    at,
    ana,
    takeSeen: () =>
      Object.entries(at)
        .flatMap(([subgraph, { seen }]) => seen.splice(0).map((one) => ({ ...one, subgraph })))
        .sort((a, b) => a.began - b.began),
    async stop() {
      await ana.leave();
      await world.stop();
      for (const subgraph of Object.values(at)) await subgraph.stop();
    },
  };
}
