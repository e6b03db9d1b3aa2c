import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Header of the gateway's requests: the W3C traceparent of one that is traced, if the trace was begun by this installation or by a client that it trusts. Others may be
 * told of it; what `traceparent` says may be anybody's word.
 */
export const traceHeader = 'x-net4u-trace';

/** Version 00, sampled. */
const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/;

const requests = new AsyncLocalStorage<{ traceparent: string | undefined }>();

/** Runs a request; what it publishes carries its trace. What it leaves running (a timer, a room) is part of it until it is answered, and no longer. @param header as it came */
export async function inTrace<T>(header: unknown, work: () => Promise<T>): Promise<T> {
  if (typeof header !== 'string' || !form.test(header)) return work();
  const request: { traceparent: string | undefined } = { traceparent: header };
  try {
    return await requests.run(request, work);
  } finally {
    request.traceparent = undefined;
  }
}

/** The traceparent of the request under way. */
export const currentTrace = (): string | undefined => requests.getStore()?.traceparent;
