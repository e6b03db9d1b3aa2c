import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
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

export function openSender(text: string, options: SenderOptions): Sender {
  const { timeoutMs, now } = options;
  const url = new URL(text);
  const { Agent, request } = url.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  function post(address: string, headers: Record<string, string>, body: Buffer, signal: AbortSignal) {
    return new Promise<Outcome>((resolve, reject) => {
      const sent = request({
        ...{ method: 'POST', host: address, path: `${url.pathname}${url.search}`, agent, signal, setHost: false },
        ...(url.port !== '' && { port: url.port }),
        // the name is what the certificate must be for; an address is no name to send
        servername: isIP(hostOf(url)) ? '' : hostOf(url),
        headers: { host: url.host, ...headers, 'content-length': String(body.length) },
      });
      sent.on('error', reject);
      sent.once('response', (answer) => {
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

  return {
    async send({ id, headers, body }, secrets, signal) {
      const timestamp = Math.floor(now() / 1_000);
      const ending = new AbortController();
      const timer = setTimeout(() => ending.abort(new Unreachable('TIMEOUT')), timeoutMs);
      const end = () => ending.abort(signal.reason);
      signal.addEventListener('abort', end, { once: true });
      try {
        signal.throwIfAborted();
        const addresses = await orAborted(findAddresses(url, options), ending.signal);
        const signed = {
          ...headers,
          'user-agent': 'net4u-webhooks/1',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signBody(secrets, id, timestamp, body),
        };
        return await connectAny(addresses, (address) => post(address, signed, body, ending.signal));
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

const nobodyThere = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'];

/** The next address is tried where nobody was at the one before, so that nothing can have been said there. */
async function connectAny<T>(addresses: readonly string[], connect: (address: string) => Promise<T>): Promise<T> {
  for (const address of addresses.slice(0, -1).slice(0, 3)) {
    try {
      return await connect(address);
    } catch (error) {
      if (!nobodyThere.includes(String((error as NodeJS.ErrnoException).code))) throw error;
    }
  }
  return connect(addresses.at(-1)!);
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
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
