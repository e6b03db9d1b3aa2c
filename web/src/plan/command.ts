import { useCallback, useEffect, useRef, useState } from 'react';
import { type Graph, toFailure } from '../../co-editing/graph.ts';
import type { WireFailure } from '../../co-editing/wire.ts';

/** Why something was not done. `kind` is what the page has words for, `message` what the server said, in English. */
export interface Problem {
  kind: 'conflict' | 'forbidden' | 'invalid' | 'unreachable' | 'later' | 'other';
  message: string;
  /** The input at fault, from the top. */
  path: readonly string[];
}

const kinds: Record<string, Problem['kind']> = {
  ConflictError: 'conflict',
  ForbiddenError: 'forbidden',
  ValidationError: 'invalid',
  UNREACHABLE: 'unreachable',
  FORBIDDEN: 'forbidden',
  BAD_USER_INPUT: 'invalid',
  DECISION_NOT_YET_KNOWN: 'later',
  RATE_LIMITED: 'later',
};

export const toProblem = ({ code, message }: Pick<WireFailure, 'code' | 'message'>): Problem => ({
  kind: kinds[code] ?? 'other',
  message,
  path: [],
});

/**
 * One thing that a person asks the server to do. Asked again since no answer came, it is done once: the `clientMutationId` stays the same until it was done.
 * @param name the mutation's field, whose payload has `problems`
 */
export function useCommand(graph: Graph, name: string, query: string) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const once = useRef(crypto.randomUUID());
  // biome-ignore lint/suspicious/noExplicitAny: each mutation knows the shape of its payload
  const answer = useRef<any>(null);
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  /** @returns whether it was done @param make the variables, with what is new each time */
  const run = useCallback(
    async (make: (clientMutationId: string) => Record<string, unknown>): Promise<boolean> => {
      setBusy(true);
      setProblem(null);
      const { payload, problem: found } = await send(graph, name, query, make(once.current));
      answer.current = payload;
      // Done, or judged and not done: what is asked next is something else.
      if (!found || ['conflict', 'forbidden', 'invalid'].includes(found.kind)) once.current = crypto.randomUUID();
      if (!gone.current) {
        setBusy(false);
        setProblem(found);
      }
      return !found;
    },
    [graph, name, query],
  );
  return { run, busy, problem, answer };
}

export type Command = ReturnType<typeof useCommand>;

async function send(graph: Graph, name: string, query: string, variables: Record<string, unknown>) {
  try {
    const { data, errors } = await graph.ask(query, variables);
    const payload = data?.[name];
    const [said] = payload?.problems ?? [];
    if (!said && payload) return { payload, problem: null }; // done, whatever of the answer could not be read
    if (!said) return fail(toProblem(errors?.[0] ? toFailure(errors[0]) : { code: 'INTERNAL', message: 'no answer' }));
    return fail({ kind: kinds[said.__typename] ?? 'other', message: said.message, path: said.path ?? [] });
  } catch (failure) {
    return fail(toProblem(failure as WireFailure));
  }
}

const fail = (problem: Problem) => ({ payload: null, problem });
