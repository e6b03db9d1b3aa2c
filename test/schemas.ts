import { composeSupergraph } from '../gateway/supergraph/compose.ts';
import { buildDiscussionsSchema } from '../subgraphs/discussions/schema.ts';
import { buildMembersSchema } from '../subgraphs/members/schema.ts';
import { buildNetworksSchema } from '../subgraphs/networks/schema.ts';
import { buildWorkingPlansSchema } from '../subgraphs/working-plans/schema.ts';

/** What schema/ must hold: file name -> text, printed from the code as it stands. */
export function printSchemas(): Record<string, string> {
  const subgraphs = [
    { name: 'networks', sdl: buildNetworksSchema().sdl },
    { name: 'members', sdl: buildMembersSchema().sdl },
    { name: 'working-plans', sdl: buildWorkingPlansSchema().sdl },
    { name: 'discussions', sdl: buildDiscussionsSchema().sdl },
  ];
  const printed = Object.fromEntries(subgraphs.map(({ name, sdl }) => [`${name}.graphql`, sdl]));
  const placed = subgraphs.map(({ name, sdl }) => ({ name, sdl, url: `http://${name}/graphql` }));
  return { ...printed, 'supergraph.graphql': composeSupergraph(placed) };
}
