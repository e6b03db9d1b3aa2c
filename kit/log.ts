/** One JSON object a line on stderr. Never plan text, tokens, contact data or GraphQL variables: only ids, codes and counts. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** @param least lines below this level are not written */
export function createLog(
  source: string,
  least: Level = 'info',
  write: (line: string) => void = (line) => process.stderr.write(line),
  now: () => Date = () => new Date(),
): Log {
  const at = (level: Level) => {
    if (levels.indexOf(level) < levels.indexOf(least)) return () => {};
    return (message: string, fields: Record<string, unknown> = {}) =>
      write(`${JSON.stringify({ at: now().toISOString(), level, source, message, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** The request in which an error was met, for those that are described where the request is no longer known. */
const requestIds = new WeakMap<object, string>();

/** @param error a GraphQLError is marked with the error that it was made of */
export function markError(error: unknown, requestId: string): void {
  if (typeof error !== 'object' || error === null) return;
  requestIds.set(error, requestId);
  const { originalError } = error as { originalError?: unknown };
  if (typeof originalError === 'object' && originalError !== null) requestIds.set(originalError, requestId);
}

/** What may be logged of an unknown error: its name, message and stack, never its attached data; and the request it was met in. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const requestId = requestIds.get(error);
  return {
    ...(requestId !== undefined && { requestId }),
    error: `${error.name}: ${error.message}`,
    stack: error.stack,
  };
}
