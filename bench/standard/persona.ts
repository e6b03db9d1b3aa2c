import type { Actor } from '../../kit/context.ts';

/** Whom Hive Gateway takes for signed in; ours verifies a token. */
export const personaHeader = 'x-persona';

export interface HiveSetting {
  /** As schema/ has it; its addresses are those of docker-compose.yml. */
  supergraph: string;
  /** Where each subgraph answers, by name. */
  subgraphs: Record<string, string>;
  planner: 'JS' | 'Rust';
  /** GATEWAY_SECRET. */
  secret: string;
  /** Who each persona is, as members and networks say. */
  actors: Record<string, Actor>;
}
