import { createContext } from 'react';
import type { Graph } from '../../co-editing/graph.ts';

/** What stands beside the plan's texts, besides open suggestions. */
export type Mode = 'plain' | 'suggest' | 'authors';

/** The plan that is open, for what is asked and done beside its texts. */
export interface Opened {
  graph: Graph;
  planId: string;
  mode: Mode;
  /** Something was done: what is known of the plan is asked for again. */
  onDone: () => void;
}

export const OpenedContext = createContext<Opened | null>(null);
