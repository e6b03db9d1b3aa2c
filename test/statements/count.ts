import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import pg from 'pg';
import type { Answer } from '../people.ts';

/** The SQL that answering one request took, by subgraph, in its order. */
export type Statements = Record<string, string[]>;

/** A statement as a subgraph has sent it. */
export interface Sent {
  subgraph: string;
  text: string;
  values: readonly unknown[];
}

export interface StatementCounter {
  /** Asks the gateway at `url`, and says what its subgraphs sent to Postgres for that. */
  ask(
    url: string,
    token: string,
    query: string,
    variables?: Record<string, unknown>,
    operationName?: string,
  ): Promise<{ answer: Answer; statements: Statements; sent: readonly Sent[] }>;
  /** Fetches a file at the gateway, likewise. @param path as the graph says it */
  fetchFile(url: string, token: string, path: string): Promise<{ text: string; statements: Statements }>;
  stop(): void;
}

const requestStart = 'http.server.request.start';

/**
 * Counts at the driver: every statement that a client of `pg` in this process sends while it works on a request that came with an id, whichever layer sends
 * it. What timers and followers send has no request, and the gateway's own questions (who is asking) have another one.
 */
export function countStatements(): StatementCounter {
  const requests = new AsyncLocalStorage<string>();
  const found = new Map<string, { statements: Statements; sent: Sent[] }>();
  const enter = (message: unknown) => {
    const { headers } = (message as { request: IncomingMessage }).request;
    requests.enterWith(String(headers['x-request-id'] ?? ''));
  };
  const prototype = pg.Client.prototype as unknown as { query(this: Client, ...args: unknown[]): unknown };
  const { query } = prototype;
  subscribe(requestStart, enter);
  prototype.query = function (this: Client, ...args: unknown[]) {
    const { statements, sent } = found.get(requests.getStore() ?? '') ?? {};
    const subgraph = this.connectionParameters?.application_name?.replace(/^net4u /, '');
    if (statements && sent && subgraph) {
      const { text, values = [] } =
        typeof args[0] === 'string'
          ? { text: args[0], values: Array.isArray(args[1]) ? args[1] : [] }
          : (args[0] as { text: string; values?: unknown[] });
      statements[subgraph] ??= [];
      statements[subgraph].push(text);
      sent.push({ subgraph, text, values });
    }
    return query.apply(this, args);
  };
  /** What `work`, which sends a request with this id, made the subgraphs send. */
  const count = async <T>(
    work: (id: string) => Promise<T>,
  ): Promise<{ result: T; statements: Statements; sent: Sent[] }> => {
    const id = randomUUID();
    const counted: { statements: Statements; sent: Sent[] } = { statements: {}, sent: [] };
    found.set(id, counted);
    try {
      return { result: await work(id), ...counted };
    } finally {
      found.delete(id);
    }
  };
  return {
    async ask(url, token, text, variables, operationName) {
      const { result, ...counted } = await count(async (id) => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-request-id': id };
        const body = JSON.stringify({ query: text, variables, operationName });
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
        return (await response.json()) as Answer;
      });
      return { answer: result, ...counted };
    },
    async fetchFile(url, token, path) {
      const { result, statements } = await count(async (id) => {
        const headers = { authorization: `Bearer ${token}`, 'x-request-id': id };
        return (await fetch(`${url}${path}`, { headers })).text();
      });
      return { text: result, statements };
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
