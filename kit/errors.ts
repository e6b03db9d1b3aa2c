import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Every code a client may meet, with what it means. Anything not in this table reaches a client as `INTERNAL`. */
export const errorCodes = {
  UNAUTHENTICATED: 'no valid token or key: sign in again',
  FORBIDDEN: 'you may see this but not do that',
  UNAUTHORIZED_FIELD_OR_TYPE:
    'you may not read the field that the message names: it is null; the rest of the answer is right',
  NOT_FOUND: 'no such record, or you may not see it',
  BAD_USER_INPUT: 'an argument is wrong: the message names it',
  CURSOR_INVALID: 'the cursor is of another stream or installation, or was altered: start without a cursor',
  UPDATE_MALFORMED: 'the bytes are not a Yjs update in V1 encoding, or change what no client may change',
  UPDATE_TOO_LARGE: 'split the update: at most 64 KiB each',
  RESYNC: 'the update builds on edits this plan has not got: reopen with extensions.stateVector, push what is missing',
  EPOCH_CHANGED: 'the plan has a new epoch: drop the local document and reopen',
  PLAN_FROZEN: 'the plan does not take edits in its present status',
  PLAN_FULL: 'the plan has reached its size limit',
  EDIT_ID_REUSED: 'this editId was used with other bytes',
  DECISION_NOT_YET_KNOWN: 'a decision that you name has not arrived here yet: come back in extensions.retryAfterMs',
  RESYNC_REQUIRED: 'you fell too far behind: subscribe again with extensions.cursor',
  RIGHTS_CHANGED: 'your rights changed: subscribe again',
  SUPERGRAPH_CHANGED: 'the graph changed under your subscription: subscribe again with extensions.cursor',
  GRAPHQL_PARSE_FAILED: 'the document is not GraphQL',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema',
  OPERATION_RESOLUTION_FAILURE: 'the document has no such operation',
  OPERATION_TOO_LARGE: 'the operation is over a limit: the message names it',
  COST_EXCEEDED: 'the operation asks for more than you may ask for at once: extensions.cost is over extensions.budget',
  RATE_LIMITED: 'too much at once or in a minute: come back in extensions.retryAfterMs',
  BAD_REQUEST: 'the HTTP request is not a GraphQL request',
  SUBGRAPH_UNAVAILABLE: 'a part of the graph does not answer: the rest of the answer is right',
  INVALID_SUBGRAPH_VALUE: 'a part of the graph answered with a value that the schema does not allow',
  QUERY_PLANNING_FAILED: 'no part of the graph can answer this operation',
  ISSUER_UNAVAILABLE: 'the sign-in issuer does not answer, so no token can be checked: try again',
  PERSISTED_QUERY_NOT_SUPPORTED: 'send the whole document',
  PERSISTED_QUERY_NOT_FOUND: 'no document is known by this hash: send the whole document with it',
  OPERATION_NOT_PERSISTED: 'only operations registered here are run, and this one is not',
  SERVICE_STOPPING: 'this process is stopping: come back in extensions.retryAfterMs',
  INTERNAL: 'our fault: quote extensions.correlationId',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/**
 * A refusal with a stable code. The message names what was wrong and is shown to the client as it is: it must hold no
 * SQL, path, host, person or secret.
 */
export class ApiError extends GraphQLError {
  override readonly name = 'ApiError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    extensions: Record<string, unknown> = {},
  ) {
    super(message, { extensions: { code, ...extensions } });
  }
}

/** The operator set something wrong. Thrown at start only; the message says which setting and what to do. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const unstorableText = 'A text holds U+0000, which no record can hold.';

/** Postgres refuses U+0000 in a text (22021) and in JSON (22P05), wherever a client has put it. */
const isUnstorableText = (cause: unknown): boolean => {
  const { code } = ((cause as GraphQLError | undefined)?.originalError ?? {}) as { code?: unknown };
  return code === '22021' || code === '22P05';
};

/**
 * What a client may see of an error: allow-listed codes pass, anything else becomes INTERNAL with a correlation id
 * under which `report` has been given the cause.
 */
export function publicError(
  formatted: GraphQLFormattedError,
  cause: unknown,
  report: (correlationId: string, cause: unknown) => void,
): GraphQLFormattedError {
  if (isUnstorableText(cause)) {
    return { ...formatted, message: unstorableText, extensions: { code: 'BAD_USER_INPUT' } };
  }
  const { code, correlationId } = formatted.extensions ?? {};
  if (code === 'INTERNAL' && typeof correlationId === 'string') return formatted;
  if (typeof code === 'string' && code !== 'INTERNAL' && code in errorCodes) {
    const { stacktrace: _hidden, ...extensions } = formatted.extensions ?? {};
    return { ...formatted, extensions };
  }
  const id = randomUUID();
  report(id, cause);
  return {
    message: 'Something went wrong on our side.',
    ...(formatted.path && { path: formatted.path }),
    ...(formatted.locations && { locations: formatted.locations }),
    extensions: { code: 'INTERNAL', correlationId: id },
  };
}
