import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../kit/server.ts';

/** A way to a subgraph, for HTTP alone, on which the headers of all that goes by are kept. */
export async function listenIn() {
  const seen: IncomingHttpHeaders[] = [];
  let target = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/graphql') seen.push(request.headers);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && !/^(host|connection|content-length|transfer-encoding)$/.test(name))
        headers.set(name, value);
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const url = new URL(request.url ?? '', target);
    const answer = await fetch(url, { method: request.method ?? 'GET', headers, ...body }).catch(() => undefined);
    if (!answer) return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  return {
    url: `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/graphql`,
    seen,
    /** Where it leads; until this is said, nowhere. */
    to(url: string): void {
      target = url;
    },
    stop(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
