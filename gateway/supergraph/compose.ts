import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import { parse } from 'graphql';

/** Composes subgraphs into a supergraph's SDL. @throws Error that lists every composition error */
export function composeSupergraph(subgraphs: readonly { name: string; sdl: string; url: string }[]): string {
  const result = composeServices(subgraphs.map(({ name, sdl, url }) => ({ name, typeDefs: parse(sdl), url })));
  if (compositionHasErrors(result)) {
    throw new Error(`The subgraphs do not compose:\n${result.errors.map((error) => `- ${error.message}`).join('\n')}`);
  }
  return result.supergraphSdl;
}
