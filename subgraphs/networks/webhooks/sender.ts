import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { WebhookFailure } from './entities.ts';
import type { Message } from './message.ts';
import { signBody } from './secrets.ts';
import { findAddresses, hostOf, type Reach, Unreachable } from './target.ts';

/** What came of an attempt. `failure` is null when it was taken (2xx). */
export interface Outcome {
  failure: WebhookFailure | null;
  /** Null if nobody answered. */
  status: number | null;
  /** ms, where the answer says so. */
  retryAfter: number | null;
}

/** Sends one message after the other to one endpoint, over one connection where that is kept open. */
export interface Sender {
  /** Never throws but when `signal` ends it. */
  send(message: Message, secrets: readonly string[], signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

export interface SenderOptions extends Reach {
  /** For all of an attempt, from the question for the address on. ms */
  timeoutMs: number;
  now: () => number;
}

const mostBody = 4_096; // bytes of an answer that are read before it is closed
const bodyPatience = 1_000; // ms
const mostInterim = 16; // 1xx before the answer itself

export function openSender(text: string, options: SenderOptions): Sender {
  const { timeoutMs, now } = options;
  const url = new URL(text);
  const { Agent, request } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** The address that answered last is asked first: one of several that is dead costs time once, and an open connection is used again. */
  let answered: string | undefined;

  /** @param patience ms to be connected, after which nobody is held to be there */
  function post(address: string, { headers, body }: Posted, signal: AbortSignal, patience: number | undefined) {
    return new Promise<Outcome>((resolve, reject) => {
      let interim = 0;
      let isAnswered = false;
      const sent = request({
        ...{ method: 'POST', host: address, path: `${url.pathname}${url.search}`, agent, signal, setHost: false },
        ...(url.port !== '' && { port: url.port }),
        // the name is what the certificate must be for, whatever the environment says; an address is no name to send
        ...{ servername: isIP(hostOf(url)) ? '' : hostOf(url), rejectUnauthorized: true },
        headers: { host: url.host, ...headers, 'content-length': String(body.length) },
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (isAnswered) return; // what is wrong with the body does not matter
        const isBroken = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        reject(sent.reusedSocket && isBroken ? new ClosedMeanwhile() : error);
      });
      // Some ends of a connection are no error: nobody may wait for an answer after one.
      sent.once('close', () => isAnswered || reject(new Unreachable('CONNECTION_FAILED')));
      if (patience !== undefined) sent.once('socket', (socket) => limitConnecting(socket, url.protocol, patience));
      sent.on('information', () => {
        interim += 1;
        if (interim > mostInterim) sent.destroy(new Unreachable('CONNECTION_FAILED'));
      });
      sent.once('upgrade', ({ statusCode = null }, socket) => {
        socket.destroy();
        resolve({ failure: 'STATUS', status: statusCode, retryAfter: null });
      });
      sent.once('response', (answer) => {
        isAnswered = true;
        answered = address;
        const { statusCode: status = 0 } = answer;
        const failure = status >= 200 && status < 300 ? null : status >= 300 && status < 400 ? 'REDIRECT' : 'STATUS';
        const outcome: Outcome = {
          ...{ failure, status },
          retryAfter: failure === null ? null : readRetryAfter(answer.headers['retry-after'], now()),
        };
        // Its status is all that counts. The body is read, as far as it is short, for the sake of the connection alone.
        let read = 0;
        const timer = setTimeout(() => answer.destroy(), bodyPatience);
        answer.on('data', (part: Buffer) => {
          read += part.length;
          if (read > mostBody) answer.destroy();
        });
        answer.on('error', () => {});
        answer.once('close', () => {
          clearTimeout(timer);
          resolve(outcome);
        });
      });
      sent.end(body);
    });
  }

  /** At one address; once more, on a new connection, where the one that was open had been closed before it could be used again. */
  const postTo = async (address: string, posted: Posted, signal: AbortSignal, patience?: number): Promise<Outcome> => {
    try {
      return await post(address, posted, signal, patience);
    } catch (error) {
      if (!(error instanceof ClosedMeanwhile)) throw error;
      return post(address, posted, signal, patience);
    }
  };

  /** The next address is tried where nobody was at the one before, so that nothing can have been said there. */
  async function postToAny(addresses: readonly string[], posted: Posted, signal: AbortSignal): Promise<Outcome> {
    const tried = addresses.slice(0, most);
    for (const address of tried.slice(0, -1)) {
      try {
        return await postTo(address, posted, signal, timeoutMs / tried.length);
      } catch (error) {
        signal.throwIfAborted();
        if (!nobodyThere.includes(String((error as NodeJS.ErrnoException).code))) throw error;
      }
    }
    return postTo(tried.at(-1)!, posted, signal);
  }

  return {
    async send({ id, headers, body }, secrets, signal) {
      const timestamp = Math.floor(now() / 1_000);
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(new Unreachable('TIMEOUT')), timeoutMs);
      const end = () => ending.abort(signal.reason);
      signal.addEventListener('abort', end, { once: true });
      try {
        signal.throwIfAborted();
        const found = await orAborted(findAddresses(url, options), ending.signal);
        const isKnown = answered !== undefined && found.includes(answered);
        const addresses = isKnown ? [answered!, ...found.filter((address) => address !== answered)] : found;
        const signed = {
          ...headers,
          'user-agent': 'net4u-webhooks/1',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signBody(secrets, id, timestamp, body),
        };
        return await postToAny(addresses, { headers: signed, body }, ending.signal);
      } catch (error) {
        signal.throwIfAborted();
        const cause = ending.signal.aborted ? ending.signal.reason : error;
        return { failure: failureOf(cause), status: null, retryAfter: null };
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
      }
    },
    close: () => agent.destroy(),
  };
}

interface Posted {
  headers: Record<string, string>;
  body: Buffer;
}

/** The connection of the message before was closed while nothing was under way on it, so that nobody need have seen this one. */
class ClosedMeanwhile extends Error {
  override readonly name = 'ClosedMeanwhile';
  readonly code = 'ECONNRESET';
}

const most = 4; // addresses of a name
const nobodyThere = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT'];

/** Until it is connected nothing has been said on it, nor before TLS stands. */
function limitConnecting(socket: Socket, protocol: string, patience: number): void {
  if (!socket.connecting) return;
  const late = Object.assign(new Error('nobody answers'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => socket.destroy(late), patience);
  for (const event of [protocol === 'https:' ? 'secureConnect' : 'connect', 'close'])
    socket.once(event, () => clearTimeout(timer));
}

const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);

function failureOf(error: unknown): WebhookFailure {
  if (error instanceof Unreachable) return error.failure;
  const { code = '' } = error as NodeJS.ErrnoException;
  const isTls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|EPROTO)/.test(code);
  return isTls ? 'TLS_FAILED' : 'CONNECTION_FAILED';
}

/** Seconds, or a date. @returns ms from now; null where it says neither */
export function readRetryAfter(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
