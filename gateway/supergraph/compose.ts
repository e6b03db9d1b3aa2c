import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import { type DocumentNode, type GraphQLError, parse } from 'graphql';

/**
 * Composes subgraphs into a supergraph's SDL.
 * @throws Error that lists every composition error, or names the subgraph that is not GraphQL
 */
export function composeSupergraph(subgraphs: readonly { name: string; sdl: string; url: string }[]): string {
  const result = composeServices(
    subgraphs.map(({ name, sdl, url }) => ({ name, typeDefs: parseSdl(sdl, `Subgraph ${name}`), url })),
  );
  if (compositionHasErrors(result)) {
    throw new Error(`The subgraphs do not compose:\n${result.errors.map((error) => `- ${error.message}`).join('\n')}`);
  }
  return result.supergraphSdl;
}

/** @param what as the error names it @throws Error that says where it is not GraphQL */
export function parseSdl(sdl: string, what: string): DocumentNode {
  try {
    return parse(sdl);
  } catch (error) {
    const { message, locations } = error as GraphQLError;
    const [place] = locations ?? [];
    throw new Error(`${what} is not valid GraphQL: ${message}${place ? ` (${place.line}:${place.column})` : ''}`);
  }
}
