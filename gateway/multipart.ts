import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { comesInPieces, type SubsequentResult } from './deferred/execute.ts';
import type { Answer, Exchange } from './http/exchange.ts';
import type { Operations } from './operations.ts';

const contentType = 'multipart/mixed;boundary="-";deferSpec=20220824';
const stalledAfter = 30_000; // ms a client may leave its answer unread

/** Whether the client named the format of parts that Apollo's clients and routers speak; no other is known here. */
export function acceptsParts({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return (headers.accept ?? '').split(',').some((range) => {
    const [type, ...rest] = range.split(';').map((one) => one.trim().toLowerCase());
    const parameters = new Map(rest.map((one) => one.split(/\s*=\s*/, 2) as [string, string | undefined]));
    const value = (name: string) => parameters.get(name)?.replace(/^"(.*)"$/, '$1');
    return type === 'multipart/mixed' && value('deferspec') === '20220824' && Number(value('q') ?? 1) > 0;
  });
}

/**
 * Queries and mutations with @defer, for a POST that accepts `multipart/mixed; deferSpec=20220824`: each piece is a part of its own, sent as
 * it comes. Whoever does not accept it, and what is asked over a socket or as an event stream, is answered in one piece.
 */
export function answerByParts(operations: Operations): Answer {
  async function answer({ response, context }: Exchange): Promise<void> {
    const { prepared, signal, ...rest } = context;
    if (!prepared) throw new Error('An operation came to be run that was not prepared.');
    const results = await operations.runInPieces(prepared, rest, signal);
    const { initial, subsequent } = 'initial' in results ? results : { initial: results, subsequent: undefined };
    // Nobody waits any more.
    if (response.closed) return void subsequent?.return?.();
    response.writeHead(200, {
      'content-type': contentType,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await write(response, initial, subsequent);
  }

  return (exchange) => {
    const { request, context } = exchange;
    const { prepared } = context;
    if (request.method !== 'POST' || !prepared || !acceptsParts(request)) return undefined;
    return comesInPieces(prepared.planned, prepared.variables) ? answer(exchange) : undefined;
  };
}

/** The next piece is asked for once the client has taken the last one. Each part ends with the boundary, so that it can be read at once. */
async function write(
  response: ServerResponse,
  initial: ExecutionResult,
  subsequent: AsyncIterableIterator<SubsequentResult> | undefined,
): Promise<void> {
  const onClose = () => void subsequent?.return?.();
  response.once('close', onClose);
  response.on('error', () => response.destroy());
  const send = (value: object, hasNext: boolean) =>
    writeText(
      response,
      `content-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(value)}\r\n---${hasNext ? '' : '--'}\r\n`,
    );
  try {
    const hasNext = subsequent !== undefined;
    response.write('\r\n---\r\n');
    await send({ ...initial, hasNext }, hasNext);
    if (subsequent) for await (const result of subsequent) await send(result, result.hasNext);
    response.end();
  } catch {
    // Aborted, and there is nobody left to be told: the missing last boundary says that the answer is not whole.
    response.destroy();
  } finally {
    response.off('close', onClose);
  }
}

/** Settles when more may be written. A client that reads nothing for too long is cut off. */
async function writeText(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  const stalled = setTimeout(() => response.destroy(), stalledAfter);
  const left = new AbortController();
  const { signal } = left;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => {});
  left.abort();
  clearTimeout(stalled);
}
