import { webcrypto } from 'node:crypto';

/*
 * Yjs draws a document's first client id and name by chance: from a count here, so that a schedule repeats to the byte. It takes the function when it is
 * loaded, so this module must be the first to be imported; it puts the real one back at once.
 */
const { getRandomValues } = webcrypto;
let state = 1;
webcrypto.getRandomValues = (<T extends Uint32Array>(into: T): T => {
  for (let at = 0; at < into.length; at++) {
    state = Math.imul(state, 0x915f77f5) + 1;
    into[at] = state ^ (state >>> 16);
  }
  return into;
}) as typeof getRandomValues;
await import('lib0/webcrypto');
webcrypto.getRandomValues = getRandomValues;
