import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import pg from 'pg';
import type { Answer } from '../people.ts';

/** The SQL that answering one request took, by subgraph, in its order. */
export type Statements = Record<string, string[]>;

export interface StatementCounter {
  /** Asks the gateway at `url`, and says what its subgraphs sent to Postgres for that. */
  ask(
    url: string,
    token: string,
    query: string,
    variables?: Record<string, unknown>,
    operationName?: string,
  ): Promise<{ answer: Answer; statements: Statements }>;
  stop(): void;
}

const requestStart = 'http.server.request.start';

/**
 * Counts at the driver: every statement that a client of `pg` in this process sends while it works on a request that came with an id, whichever layer sends
 * it. What timers and followers send has no request, and the gateway's own questions (who is asking) have another one.
 */
export function countStatements(): StatementCounter {
  const requests = new AsyncLocalStorage<string>();
  const found = new Map<string, Statements>();
  const enter = (message: unknown) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    requests.enterWith(String(headers['x-request-id'] ?? ''));
  };
  const prototype = pg.Client.prototype as unknown as { query(this: Client, ...args: unknown[]): unknown };
  const { query } = prototype;
  subscribe(requestStart, enter);
  prototype.query = function (this: Client, ...args: unknown[]) {
    const statements = found.get(requests.getStore() ?? '');
    const subgraph = this.connectionParameters?.application_name?.replace(/^net4u /, '');
    if (statements && subgraph) {
      statements[subgraph] ??= [];
      statements[subgraph].push(typeof args[0] === 'string' ? args[0] : (args[0] as { text: string }).text);
    }
    return query.apply(this, args);
  };
  return {
    async ask(url, token, text, variables, operationName) {
      const id = randomUUID();
      const statements: Statements = {};
      found.set(id, statements);
      try {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': id };
        const body = JSON.stringify({ query: text, variables, operationName });
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
        return { answer: (await response.json()) as Answer, statements };
      } finally {
        found.delete(id);
      }
    },
    stop() {
      prototype.query = query;
      unsubscribe(requestStart, enter);
    },
  };
}

interface Client {
  connectionParameters?: { application_name?: string };
}
