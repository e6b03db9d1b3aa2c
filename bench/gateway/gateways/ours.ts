import { start } from '../../../gateway/server.ts';
import { createLog } from '../../../kit/log.ts';
import { answerCalls } from '../process.ts';
import type { Setting } from './index.ts';

/** With all that a deployed one does: tokens, rights, limits, signed actors, public errors. */
answerCalls({
  async start({ supergraph, subgraphs, issuer }: Setting) {
    const { url } = await start({
      supergraph,
      subgraphs,
      secret: 'a secret of at least thirty-two characters',
      oidc: { issuer, audience: 'net4u' },
      port: 0,
      production: true,
      // counted as always, and never reached
      demand: {
        rates: { operations: 1e9, cost: 1e15, sockets: 1e6, streams: 1e6, addressSockets: 1e6, addressRequests: 1e9 },
      },
      log: createLog('gateway', 'info'),
    });
    return `${url}/graphql`;
  },
});
