import type { IncomingMessage } from 'node:http';

/**
 * The JSON body of a request: an object or a list, `{}` if it is empty. As express.json reads it, without its layers, which cost as much as all
 * else of a request together.
 * @param limit bytes
 * @throws an error with `status`: 413 too large; 400 not JSON, or the client went away
 */
export function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: Error) => {
      request.off('data', onData).off('end', onEnd).resume(); // what still comes is not kept
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) fail(refuse(413, 'too large'));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      try {
        resolve(parseObject(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
      } catch (error) {
        reject(error);
      }
    };
    if (Number(request.headers['content-length']) > limit) return fail(refuse(413, 'too large'));
    const onLeave = () => fail(refuse(400, 'the client went away'));
    request.on('data', onData).on('end', onEnd).on('error', onLeave).on('close', onLeave);
  });
}

/** In UTF-8, after a byte order mark if there is one; JSON that is neither an object nor a list is none of ours. */
function parseObject(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', hasMark ? 3 : 0));
  } catch {
    // not JSON, and so nothing
  }
  if (typeof value !== 'object' || value === null) throw refuse(400, 'not JSON');
  return value;
}

const refuse = (status: number, why: string) => Object.assign(new Error(why), { status });
