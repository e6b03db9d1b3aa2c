import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient, type ExecutionResult } from 'graphql-ws';
import WebSocket from 'ws';
import { signToken } from '../issuer/sign.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
export type Answer = { data?: any; errors?: { message: string; path?: (string | number)[]; extensions?: any }[] };

export interface Member {
  token: string;
  /** One operation over HTTP. */
  ask(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<Answer>;
  /** One operation over the member's socket; `next` waits for what comes, `close` ends it. */
  follow(query: string, variables?: Record<string, unknown>, operationName?: string): Following;
  leave(): Promise<void>;
}

export interface Following {
  /** @throws after `within` ms without a message, or when the stream ended */
  next(within?: number): Promise<Answer>;
  /** Everything received and not yet taken. */
  waiting(): Answer[];
  /** Resolves when the stream ended, with the error it ended with, if any. */
  ended: Promise<unknown>;
  close(): void;
}

export interface People {
  /** A persona signed in, or `partner` with the sample partner's key. */
  as(persona: string): Promise<Member>;
  leave(): Promise<void>;
}

export function createPeople(url: string, dataDir: string): People {
  const members = new Map<string, Promise<Member>>();
  return {
    as(persona) {
      let member = members.get(persona);
      if (!member) {
        member = signIn(persona, dataDir).then((token) => createMember(url, token));
        members.set(persona, member);
      }
      return member;
    },
    async leave() {
      for (const member of members.values()) await (await member).leave();
    },
  };
}

const signIn = async (persona: string, dataDir: string): Promise<string> =>
  persona === 'partner'
    ? (await readFile(join(dataDir, 'dev/partner-key'), 'utf8')).trim()
    : signToken({ dataDir, persona });

export function createMember(url: string, token: string): Member {
  let socket: Client | undefined;
  const connect = () => {
    socket ??= createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      lazy: true,
    });
    return socket;
  };
  return {
    token,
    async ask(query, variables, operationName) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables, operationName }),
      });
      return (await response.json()) as Answer;
    },
    follow: (query, variables, operationName) => follow(connect(), { query, variables, operationName }),
    async leave() {
      await socket?.dispose();
      socket = undefined;
    },
  };
}

function follow(
  client: Client,
  payload: { query: string; variables?: Record<string, unknown>; operationName?: string },
): Following {
  const queue: Answer[] = [];
  let wake = () => {};
  let over = false;
  let finish: (reason: unknown) => void = () => {};
  const ended = new Promise<unknown>((resolve) => {
    finish = (reason) => {
      over = true;
      resolve(reason);
      wake();
    };
  });
  const close = client.subscribe(payload as never, {
    next: (value: ExecutionResult) => {
      queue.push(value as Answer);
      wake();
    },
    error: finish,
    complete: () => finish(undefined),
  });
  return {
    waiting: () => queue.splice(0),
    ended,
    close,
    async next(within = 60_000) {
      const until = Date.now() + within;
      while (queue.length === 0) {
        if (over) throw new Error(`the stream ended: ${JSON.stringify(await ended)}`);
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(
            () => reject(new Error(`no message within ${within} ms`)),
            Math.max(0, until - Date.now()),
          );
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return queue.shift() as Answer;
    },
  };
}
