import { GraphQLError } from 'graphql';

/** The same error elsewhere. */
export function atPlace(error: GraphQLError, path: readonly (string | number)[] | undefined): GraphQLError {
  const { message, extensions, originalError } = error;
  return new GraphQLError(message, { path: path && path.length > 0 ? path : undefined, extensions, originalError });
}
