/**
 * Why updates do not come. `code` is one that the platform gives (schema/feed.md), or of ours:
 *
 * - DISCONNECTED: the connection was lost, could not be made, or fell silent; nobody refused anything
 * - OUT_OF_ORDER: an update came after a later one of its network. The feed promises that this cannot be
 * - ADDRESS_INVALID: `url` is no address
 */
export class UpdatesError extends Error {
  override readonly name = 'UpdatesError';
  /** What the platform asks for before the next attempt, ms. */
  readonly retryAfterMs: number | undefined;
  /** Where to go on from, when the platform says it. */
  readonly cursor: string | undefined;

  constructor(
    readonly code: string,
    message: string,
    { retryAfterMs, cursor }: { retryAfterMs?: unknown; cursor?: unknown } = {},
  ) {
    super(message);
    const isTime = typeof retryAfterMs === 'number' && retryAfterMs >= 0;
    this.retryAfterMs = isTime ? Math.min(retryAfterMs, longestAsked) : undefined;
    this.cursor = typeof cursor === 'string' ? cursor : undefined;
  }
}

const longestAsked = 60 * 60_000; // ms

/** What came cannot be of the platform, or was broken on the way. */
export const nonsense = (): UpdatesError => new UpdatesError('DISCONNECTED', 'what answers there is not the platform');

/** Errors that come again however often one asks. */
const final = new Set([
  ...['UNAUTHENTICATED', 'FORBIDDEN', 'CURSOR_INVALID', 'OUT_OF_ORDER', 'ADDRESS_INVALID'],
  ...['BAD_USER_INPUT', 'BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ...['OPERATION_RESOLUTION_FAILURE', 'OPERATION_TOO_LARGE', 'COST_EXCEEDED', 'OPERATION_NOT_PERSISTED'],
]);
export const isFinal = ({ code }: UpdatesError): boolean => final.has(code);

/** The platform is well and says: subscribe again. */
const again = new Set(['RIGHTS_CHANGED', 'RESYNC_REQUIRED', 'SUPERGRAPH_CHANGED']);
export const isAskedBack = ({ code }: UpdatesError): boolean => again.has(code);

/** An error as GraphQL answers carry it. */
export interface GraphError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** @param error as it came, whatever it is */
export function toUpdatesError(error: unknown): UpdatesError {
  const { message, extensions } = (error ?? {}) as Partial<GraphError>;
  if (typeof message !== 'string') return nonsense();
  const { code, ...rest } = extensions ?? {};
  return new UpdatesError(typeof code === 'string' ? code : 'INTERNAL', message, rest);
}
