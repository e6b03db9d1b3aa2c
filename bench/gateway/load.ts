import { Pool } from 'undici';
import { answerCalls, clock } from './process.ts';
import { quantiles } from './report.ts';

/** Asks a gateway the same query over kept connections, each asking again as soon as it has its answer. */
async function run({ url, query, tokens, seconds, size }: LoadOptions): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: tokens.length });
  const body = JSON.stringify({ query });
  const times: number[] = [];
  const start = clock();
  const end = start + seconds * 1000;
  const ask = (token: string) =>
    new Promise<void>((resolve, reject) => {
      let status = 0;
      let bytes = 0;
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      pool.dispatch(
        { path: pathname, method: 'POST', headers, body },
        {
          onConnect() {},
          onHeaders(statusCode) {
            status = statusCode;
            return true;
          },
          onData(chunk) {
            bytes += chunk.length;
            return true;
          },
          onComplete() {
            if (status === 200 && bytes === size) resolve();
            else reject(new Error(`${url} answered ${status} with ${bytes} bytes in place of ${size}`));
          },
          onError: reject,
        },
      );
    });
  const repeat = async (token: string) => {
    for (let asked = clock(); asked < end; ) {
      await ask(token);
      const now = clock();
      times.push(now - asked);
      asked = now;
    }
  };
  await Promise.all(tokens.map(repeat));
  const took = (clock() - start) / 1000;
  await pool.destroy();
  return { requests: times.length, seconds: took, ...quantiles(times) };
}

export interface LoadOptions {
  url: string;
  query: string;
  /** One connection for each. */
  tokens: string[];
  seconds: number;
  /** Bytes that each answer must have. */
  size: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** ms */
  p50: number;
  p99: number;
}

answerCalls({ run });
