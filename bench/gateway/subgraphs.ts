import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, graphql, parse } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type WebSocket, WebSocketServer } from 'ws';
import { makeEvent, resolvers, sdls } from './graph.ts';
import { answerCalls, clock } from './process.ts';

/**
 * The four subgraphs and the issuer, in one process. An answer is computed once for each distinct request and then served
 * from memory, so that the gateway in front is what takes the time.
 */
let fetches = 0;
const upstreams = new Map<object, { socket: WebSocket; id: string; query: string }>();
const eventSchema = { current: undefined as GraphQLSchema | undefined };

function serveHttp(schema: GraphQLSchema) {
  const answers = new Map<string, Promise<Buffer>>();
  const compute = async (body: string) => {
    const { query, variables, operationName } = JSON.parse(body);
    const result = await graphql({ schema, source: query, variableValues: variables, operationName });
    if (result.errors) process.stderr.write(`${body}\n${JSON.stringify(result.errors)}\n`);
    return Buffer.from(JSON.stringify(result));
  };
  return async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === 'GET') return void response.end('{}');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString();
    if (!body.includes('RightsVersion')) fetches += 1; // asked twice a second, on nobody's behalf
    let answer = answers.get(body);
    if (!answer) {
      answer = compute(body);
      answers.set(body, answer);
    }
    const buffer = await answer;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': buffer.length }).end(buffer);
  };
}

/** graphql-transport-ws, as far as gateways use it. */
function serveSocket(socket: WebSocket): void {
  const own = new Map<string, object>();
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data));
    if (type === 'connection_init') send({ type: 'connection_ack' });
    else if (type === 'ping') send({ type: 'pong' });
    else if (type === 'subscribe') {
      const key = {};
      own.set(id, key);
      upstreams.set(key, { socket, id, query: payload.query });
    } else if (type === 'complete') upstreams.delete(own.get(id)!);
  });
  socket.on('close', () => {
    for (const key of own.values()) upstreams.delete(key);
  });
}

/** The event goes to every subscription in the form it asked for. */
async function publish(n: number): Promise<void> {
  const texts = new Map<string, string>();
  const sentAt = clock();
  const rootValue = { reviewAdded: makeEvent(n, sentAt) };
  for (const { socket, id, query } of upstreams.values()) {
    let text = texts.get(query);
    if (text === undefined) {
      text = JSON.stringify(await execute({ schema: eventSchema.current!, document: parse(query), rootValue }));
      texts.set(query, text);
    }
    socket.send(`{"id":${JSON.stringify(id)},"type":"next","payload":${text}}`);
  }
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const issuer = { url: '', sign: async (_subject: string): Promise<string> => '' };

async function startIssuer(): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  const server = createServer((request, response) => {
    const body = request.url?.includes('openid') ? { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` } : { keys };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  issuer.url = await listen(server);
  issuer.sign = (subject) =>
    new SignJWT({ iss: issuer.url, aud: 'net4u', sub: subject, exp: Math.floor(Date.now() / 1000) + 36_000 })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .sign(privateKey);
}

answerCalls({
  /** Addresses of the subgraphs, by name, and of the issuer. */
  async start() {
    await startIssuer();
    const urls: Record<string, string> = {};
    for (const [name, sdl] of Object.entries(sdls)) {
      const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers[name] as never });
      const server = createServer(serveHttp(schema));
      server.keepAliveTimeout = 120_000; // a gateway waits for its turn for longer than node's 5 s
      if (name === 'reviews') {
        eventSchema.current = schema;
        new WebSocketServer({ server }).on('connection', serveSocket);
      }
      urls[name] = `${await listen(server)}/graphql`;
    }
    return { urls, issuer: issuer.url };
  },
  tokens: (count: number) => Promise.all(Array.from({ length: count }, (_, i) => issuer.sign(`subject-${i}`))),
  fetches: () => fetches,
  upstreams: () => upstreams.size,
  publish,
});
