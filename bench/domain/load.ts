import { Pool } from 'undici';
import { answerCalls, clock } from '../gateway/process.ts';

export interface LoadOptions {
  url: string;
  token: string;
  /** JSON of the request. */
  body: string;
  connections: number;
  seconds: number;
}
export interface LoadResult {
  requests: number;
  seconds: number;
  /** Of one answer. */
  bytes: number;
  /** ms */
  p50: number;
  p95: number;
  p99: number;
}

/** Asks the same over kept connections, each asking again as soon as it has its answer; an answer must be as long as the one before. */
async function run({ url, token, body, connections, seconds }: LoadOptions): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const times: number[] = [];
  let bytes = 0;
  const start = clock();
  const repeat = async () => {
    for (let asked = clock(); asked < start + seconds * 1_000; asked = clock()) {
      const answer = await pool.request({ path: pathname, method: 'POST', headers, body });
      const length = (await answer.body.arrayBuffer()).byteLength;
      times.push(clock() - asked);
      bytes ||= length;
      if (answer.statusCode !== 200 || length !== bytes)
        throw new Error(`${url} answered ${answer.statusCode} with ${length} bytes in place of ${bytes}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, repeat));
  const took = (clock() - start) / 1_000;
  await pool.destroy();
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { requests: times.length, seconds: took, bytes, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

answerCalls({ run });
