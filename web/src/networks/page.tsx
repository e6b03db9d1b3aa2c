import { useEffect, useState } from 'react';
import { countUnsaved } from '../../co-editing/device-shelf.ts';
import type { Graph } from '../../co-editing/graph.ts';
import type { WireFailure } from '../../co-editing/wire.ts';
import { Link } from '../parts/link.tsx';
import { planPath } from '../plan/path.ts';
import { useWords } from '../words/words.ts';
import { NetworkCard } from './card.tsx';
import { type Network, readNetworks } from './read.ts';

type Answer = { networks: Network[]; partly: boolean };

export function NetworksPage(props: { graph: Graph; subject: string; onSignedOut: () => void }) {
  const { graph, subject, onSignedOut } = props;
  const words = useWords();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [unsaved, setUnsaved] = useState<[planId: string, changes: number][]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let stale = false;
    setFailed(false);
    readNetworks(graph, words.locale).then(
      (read) => !stale && setAnswer(read),
      (failure: WireFailure) => {
        if (stale) return;
        if (failure.code === 'UNAUTHENTICATED') onSignedOut();
        else setFailed(true);
      },
    );
    return () => {
      stale = true;
    };
  }, [graph, words.locale, attempt, onSignedOut]);

  useEffect(() => {
    document.title = `${words.networks.title} · NET4U`;
  }, [words]);

  useEffect(() => {
    countUnsaved(subject).then(
      (found) => setUnsaved([...found]),
      () => {}, // no storage, so nothing is kept either
    );
  }, [subject]);

  return (
    <>
      <div className="intro">
        <h1>{words.networks.title}</h1>
        <p>{words.networks.lead}</p>
      </div>
      {unsaved.map(([planId, changes]) => (
        <p key={planId} className="note note-warn">
          {words.kept(changes)} <Link to={planPath(planId)}>{words.keptOpen}</Link>
        </p>
      ))}
      <div aria-live="polite">
        {failed && (
          <p className="note note-warn">
            {words.networks.failed}{' '}
            <button type="button" className="button-quiet" onClick={() => setAttempt(attempt + 1)}>
              {words.tryAgain}
            </button>
          </p>
        )}
        {answer?.partly && <p className="note note-warn">{words.networks.partly}</p>}
        {answer?.networks.length === 0 && <p>{words.networks.none}</p>}
      </div>
      {!answer && !failed && (
        <div className="cards" aria-busy="true">
          <p className="visually-hidden">{words.loading}</p>
          <div className="card card-empty" />
          <div className="card card-empty" />
        </div>
      )}
      {answer && (
        <div className="cards">
          {answer.networks.map((network) => (
            <NetworkCard key={network.id} network={network} />
          ))}
        </div>
      )}
    </>
  );
}
