import type { IncomingMessage } from 'node:http';
import type { Actor } from '../../kit/context.ts';
import type { Actors } from '../actors.ts';
import type { Authenticate, Principal } from '../auth.ts';
import type { ReadAddress } from '../demand/addresses.ts';
import type { Rates } from '../demand/rates.ts';

/** Who asks by this request. @throws ApiError UNAUTHENTICATED; RATE_LIMITED; ISSUER_UNAVAILABLE; SUBGRAPH_UNAVAILABLE */
export type SignIn = (request: IncomingMessage) => Promise<{ principal: Principal; actor: Actor }>;

export function createSignIn(parts: {
  authenticate: Authenticate;
  actors: Actors;
  rates: Rates;
  addressOf: ReadAddress;
}): SignIn {
  const { authenticate, actors, rates, addressOf } = parts;
  return async (request) => {
    const { headers } = request;
    const address = addressOf(request);
    rates.knock(address);
    try {
      const principal = await authenticate(headers.authorization, headers['x-net4u-seat'], headers['user-agent']);
      const actor = await actors.resolve(principal);
      rates.admit(address);
      return { principal, actor };
    } catch (error) {
      rates.failSignIn(address, error);
      throw error;
    }
  };
}
