/** The gateway as it runs: its start and stop, sockets, failing subgraphs, and what it tells operators. */
import './gateway-metrics.cases.ts';
import './gateway-resilience.cases.ts';
import './gateway-server.cases.ts';
import './gateway-sockets.cases.ts';
import './gateway-traces.cases.ts';
