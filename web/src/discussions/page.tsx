import type { Graph } from '../../co-editing/graph.ts';
import { Link } from '../parts/link.tsx';
import '../style/plan.css';
import '../style/life.css';
import '../style/discussions.css';
import { useWords } from '../words/words.ts';
import { DecisionView } from './decision/decision.tsx';
import type { DiscussionPlace } from './path.ts';
import { ThreadView } from './thread/thread.tsx';

export interface DiscussionProps {
  graph: Graph;
  id: string;
  subject: string;
  /** Files are fetched with it. */
  token: string;
  onSignedOut: () => void;
}

/** A discussion or a decision by itself, as mails and notices lead to it. */
export function DiscussionPage({ place, ...shared }: Omit<DiscussionProps, 'id'> & { place: DiscussionPlace }) {
  const words = useWords();
  return (
    <div className="talk">
      <p className="crumb">
        <Link to="/">← {words.plan.back}</Link>
      </p>
      {place.kind === 'thread' ? <ThreadView {...shared} id={place.id} /> : <DecisionView {...shared} id={place.id} />}
    </div>
  );
}
