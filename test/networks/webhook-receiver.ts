import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { listen } from '../../kit/server.ts';

export interface Arrived {
  headers: IncomingHttpHeaders;
  body: string;
  /** ms since 1970 */
  at: number;
}

/** How a path answers: a status, a status with headers, 200 with a body that has no end, or nothing at all. */
export type Reply = number | { status: number; headers: Record<string, string> } | 'endless' | 'never';
type Answer = (arrived: Arrived, count: number) => Reply | Promise<Reply>;

/** One path of the receiver: an endpoint of its own. */
export interface Place {
  url: string;
  arrived: Arrived[];
  /** Requests that ended before they were answered whole. */
  closed: number;
  /** The answer to each, from the next one on. */
  answer(reply: Answer): void;
  /** Until `found` says so of what has arrived. @throws with what has, when it does not in time */
  until(found: (arrived: Arrived[], place: Place) => boolean): Promise<Arrived[]>;
}

/** ms that is waited for one thing: it tells what never comes, not how fast a machine is. */
export const within = 60_000;

/** What a partner runs: takes events over HTTP, any number of endpoints by their paths. */
export async function startReceiver() {
  const places = new Map<string, Place & { reply: Answer }>();
  const looks = new Set<() => void>();
  const look = () => {
    for (const one of [...looks]) one();
  };
  const server = createServer(async (request, response) => {
    const place = places.get(new URL(request.url ?? '/', 'http://receiver').pathname);
    if (!place) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // it went away while it spoke
    }
    const arrived = { headers: request.headers, body: Buffer.concat(chunks).toString(), at: Date.now() };
    place.arrived.push(arrived);
    response.once('close', () => {
      if (!response.writableEnded) place.closed += 1;
      look();
    });
    const reply = place.reply(arrived, place.arrived.length);
    look();
    const given = await reply;
    if (given !== 'never') give(response, given);
  });
  const port = await listen(server, 0, '127.0.0.1');
  return {
    port,
    place(path: string): Place {
      const place: Place & { reply: Answer } = {
        url: `http://127.0.0.1:${port}${path}`,
        arrived: [],
        closed: 0,
        reply: () => 204,
        answer(reply) {
          place.reply = reply;
        },
        until: (found) =>
          new Promise((resolve, reject) => {
            const end = (act: () => void) => {
              clearTimeout(timer);
              looks.delete(check);
              act();
            };
            const tell = () => new Error(`not in ${within} ms at ${path}: ${found}\n${place.arrived.map(idOf)}`);
            const timer = setTimeout(() => end(() => reject(tell())), within);
            const check = () => {
              if (found(place.arrived, place)) end(() => resolve(place.arrived));
            };
            looks.add(check);
            check();
          }),
      };
      places.set(path, place);
      return place;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function give(response: ServerResponse, reply: Exclude<Reply, 'never'>): void {
  if (typeof reply === 'number') return void response.writeHead(reply).end();
  if (reply !== 'endless') return void response.writeHead(reply.status, reply.headers).end();
  const more = () => response.write('x'.repeat(65_536));
  response.on('drain', more);
  more();
}

export const idOf = ({ headers }: Arrived) => String(headers['webhook-id']);
export const eventOf = ({ body }: Arrived) => JSON.parse(body);

/** Each once: an update that came again, under the id that it had, is dropped. */
export const onceEach = (arrived: readonly Arrived[]): Arrived[] =>
  arrived.filter((one, place) => arrived.findIndex((other) => idOf(other) === idOf(one)) === place);

/** As schema/feed.md tells receivers to. @returns how many of the signatures are by this secret */
export function verify({ headers, body }: Arrived, secret: string): number {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((one) => one === wanted).length;
}
