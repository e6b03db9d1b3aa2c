import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { drainHttp, listen, timeouts } from '../../kit/server.ts';
import { type Counters, countIn } from './counters.ts';
import type { Metrics } from './metrics.ts';

const paths = new Set(['/graphql', '/health', '/ready', '/metrics']);

/** Counts what a server answers, and the sockets that are upgraded on it. */
export function watchServer(server: Server, counters: Counters): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.once('close', () => {
      const { url = '' } = request;
      const end = url.indexOf('?');
      const path = end < 0 ? url : url.slice(0, end);
      const status = response.writableFinished ? response.statusCode : 'aborted';
      const known = path.startsWith('/files/') ? '/files' : paths.has(path) ? path : 'other';
      countIn(counters.http, `${known} ${status}`);
    });
  });
  server.on('upgrade', (_request: IncomingMessage, socket: Duplex) => {
    counters.sockets += 1;
    socket.once('close', () => {
      counters.sockets -= 1;
    });
  });
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export function answerMetrics(metrics: Metrics): Answer {
  return (_request, response) => {
    metrics.read().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
}

/** To programs on this machine; to all others there is nothing. */
export const toLoopbackOnly =
  (answer: Answer): Answer =>
  (request, response) => {
    if (/^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '')) answer(request, response);
    else response.writeHead(404).end();
  };

/** A port of its own that answers /metrics and nothing else. @throws ConfigurationError when it cannot be had */
export async function serveMetrics(
  answer: Answer,
  port: number,
  host: string,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer(timeouts, (request, response) => {
    if (request.method === 'GET' && request.url === '/metrics') answer(request, response);
    else response.writeHead(404).end();
  });
  const found = await listen(server, port, host, 'METRICS_PORT');
  return { port: found, stop: () => drainHttp(server, 500) };
}
