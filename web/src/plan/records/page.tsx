import type * as Y from 'yjs';
import type { Graph } from '../../../co-editing/graph.ts';
import '../../style/records.css';
import type { PlanPlace } from '../path.ts';
import { AllSuggestions } from './all-suggestions.tsx';
import { Difference } from './difference.tsx';
import { History } from './history.tsx';
import { ReadVersion } from './read-version.tsx';
import { Versions } from './versions.tsx';

export interface RecordsProps {
  graph: Graph;
  planId: string;
  /** Null for readers from outside the plan's networks. */
  doc: Y.Doc | null;
  /** Something was done: what is known of the plan is asked for again. */
  onDone: () => void;
}

/** What the plan keeps besides its text: versions, suggestions, history. */
export function Records({ place, ...shared }: RecordsProps & { place: PlanPlace }) {
  if (place.section === 'history') return <History {...shared} node={place.node} />;
  if (place.section === 'suggestions') return <AllSuggestions {...shared} />;
  if (place.section === 'version') return <ReadVersion {...shared} number={place.number} />;
  if (place.section === 'difference') return <Difference {...shared} from={place.from} to={place.to} />;
  return <Versions {...shared} />;
}
