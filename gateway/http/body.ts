import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { readJson } from '../../kit/body.ts';

const limit = 256 * 1024; // bytes, unpacked
const parse = express.json({ limit });
/** What nearly every client sends. */
const plain = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

/**
 * The JSON body of a request: an object or a list, `{}` if it is empty, undefined if the request is of another type.
 * @throws an error with `status`: 413 too large; 415 an encoding or charset that is not known; 400 anything else
 */
export function readBody(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const { headers } = request;
  if (headers['content-encoding'] === undefined && plain.test(headers['content-type'] ?? ''))
    return readJson(request, limit);
  return new Promise((resolve, reject) => {
    parse(request as never, response as never, (error?: unknown) => {
      if (error) reject(error);
      else resolve((request as IncomingMessage & { body?: unknown }).body);
    });
  });
}
