import { randomUUID } from 'node:crypto';

/** What a request may be called by whoever sent it. */
const wellFormed = /^[\w.-]{8,64}$/;

/** The id that came with a request, if it is one; else a new one. */
export const requestIdFrom = (given: unknown): string =>
  typeof given === 'string' && wellFormed.test(given) ? given : randomUUID();
