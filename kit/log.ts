/** One JSON object a line on stderr. Never plan text, tokens, contact data or GraphQL variables: only ids, codes and counts. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const levels = ['info', 'warn', 'error'] as const;

/** @param least lines below this level are not written */
export function createLog(
  source: string,
  least: (typeof levels)[number] = 'info',
  write: (line: string) => void = (line) => process.stderr.write(line),
  now: () => Date = () => new Date(),
): Log {
  const at =
    (level: (typeof levels)[number]) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (levels.indexOf(level) < levels.indexOf(least)) return;
      write(`${JSON.stringify({ at: now().toISOString(), level, source, message, ...fields })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** What may be logged of an unknown error: its name, message and stack, never its attached data. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: `${error.name}: ${error.message}`, stack: error.stack };
}
