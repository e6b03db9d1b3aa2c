/** What every gateway is started with. */
export interface Setting {
  supergraph: string;
  /** By name; each ends in /graphql. */
  subgraphs: Record<string, string>;
  issuer: string;
  /** An operation, for those that do not plan by themselves. */
  query: string;
  /** For Hive Gateway. */
  planner?: 'JS' | 'Rust';
  /** For Hive Gateway: whether equal requests to a subgraph that run at the same time are sent once. */
  sharing?: boolean;
}

export interface Candidate {
  name: string;
  file: string;
  options?: Pick<Setting, 'planner' | 'sharing'>;
  /** What node is started with. */
  nodeArguments?: readonly string[];
  /** False: it cannot complete an event from another subgraph. */
  joins?: boolean;
}

const hive = (planner: 'JS' | 'Rust', sharing: boolean): Candidate => ({
  name: `Hive Gateway, ${planner} planner, sharing ${sharing ? 'on' : 'off'}`,
  file: './gateways/hive.ts',
  options: { planner, sharing },
});

export const ours: Candidate = {
  name: 'ours, as it is deployed',
  file: './gateways/ours.ts',
  nodeArguments: ['--max-semi-space-size=64'], // as in package.json and the Dockerfile
};

/** The first is what the others are compared with. */
export const candidates: Candidate[] = [
  { name: '@apollo/server + @apollo/gateway', file: './gateways/apollo.ts' },
  hive('JS', true),
  hive('JS', false),
  hive('Rust', true),
  hive('Rust', false),
  ours,
  { name: 'our executor on bare node:http', file: './gateways/executor.ts' },
  { name: 'limit: node:http + undici, same fetches', file: './gateways/limit.ts' },
];

export const subscribers: Candidate[] = [
  ours,
  hive('JS', true),
  hive('Rust', true),
  { name: 'limit: a loop over the sockets', file: './gateways/limit-fanout.ts', joins: false },
];
