import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import type { Principal } from '../auth.ts';
import type { Request as Operation, Prepared } from '../operations.ts';
import type { GatewayContext } from '../wire/wire.ts';

/** What Apollo Server hands on to the executor with an operation. */
export interface RunContext extends GatewayContext {
  prepared?: Prepared;
  /** Aborted when the client has gone before it was answered. */
  signal?: AbortSignal;
}

/** A request at /graphql and what is known of it, once it is known who asks. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  readonly context: RunContext;
  /** Of a POST: the JSON that came; undefined if it was said to be something else. */
  readonly body: unknown;
  /** What is asked for; undefined when Apollo Server is to say what is wrong with the request. */
  readonly operation: Operation | undefined;
  /** Why the operation is not to be run, for a client that reads events only. */
  refused?: unknown;
}

/** A way to answer an operation. Undefined leaves it to the next one. */
export type Answer = (exchange: Exchange) => Promise<void> | undefined;

// Express reads nothing but the header here, and knows all that it may say.
const accepts = express.request.accepts as unknown as (this: unknown, types: readonly string[]) => string | false;

/** The best of these media types for whoever asks, or false: none of them is accepted. */
export const chooseType = (request: IncomingMessage, types: readonly string[]): string | false =>
  accepts.call(request, types);
