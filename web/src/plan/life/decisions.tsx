import { useContext, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { More } from '../../parts/more.tsx';
import { useWords } from '../../words/words.ts';
import { DetailsContext } from '../details.ts';
import { useRights } from '../rights.ts';
import { DecisionCard } from './decision-card.tsx';
import { isOf, isOnText, isOver } from './findings.ts';
import { OpenDecision } from './open-decision.tsx';
import type { PlanLife } from './read.ts';

/** What each network of the plan decides on the text as it is now, and what was decided on earlier ones. */
export function Decisions({ graph, life, onDone }: { graph: Graph; life: PlanLife; onDone: () => void }) {
  const { life: words } = useWords();
  const rights = useRights();
  const { networks: known } = useContext(DetailsContext);
  const [opening, setOpening] = useState<string | null>(null);
  const current = life.decisions.filter((decision) => isOnText(life, decision) && decision.status !== 'WITHDRAWN');
  const earlier = life.decisions.filter((decision) => !current.includes(decision));
  const nameOf = (id: string) => known.find((network) => network.id === id)?.name?.text ?? id;
  return (
    <section className="decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">{words.decisions}</h2>
      <p className="quiet">{words.decisionsHelp}</p>
      {life.networks.map(({ id }) => {
        const own = current.filter((decision) => isOf(decision, id));
        const isOpen = own.some((decision) => decision.status === 'ADOPTED' || !isOver(decision));
        return (
          <section key={id} className="network-decisions" aria-label={nameOf(id)}>
            <h3>{nameOf(id)}</h3>
            {own.map((decision) => (
              <DecisionCard key={decision.id} {...{ graph, life, decision, onDone }} networkId={id} />
            ))}
            {!isOpen && <p className="quiet">{words.noDecision}</p>}
            {!isOpen && rights.convene(id) && (
              <button type="button" className="button-quiet" onClick={() => setOpening(id)}>
                {words.putTo(nameOf(id))}
              </button>
            )}
          </section>
        );
      })}
      {earlier.length > 0 && (
        <More summary={words.earlierDecisions(earlier.length)}>
          {earlier.map((decision) => (
            <DecisionCard key={decision.id} {...{ graph, life, decision, onDone }} networkId={null} />
          ))}
        </More>
      )}
      {opening && (
        <OpenDecision
          {...{ graph, life }}
          networkId={opening}
          name={nameOf(opening)}
          onClose={(done) => {
            setOpening(null);
            if (done) onDone();
          }}
        />
      )}
    </section>
  );
}

/** What the networks of an adopted plan decided. */
export function Adopting({ graph, life, onDone }: { graph: Graph; life: PlanLife; onDone: () => void }) {
  const { life: words } = useWords();
  const adopted = life.decisions.filter(({ status }) => status === 'ADOPTED');
  if (adopted.length === 0) return null;
  return (
    <More summary={words.adoptedBy(adopted.length)}>
      {adopted.map((decision) => (
        <DecisionCard key={decision.id} {...{ graph, life, decision, onDone }} networkId={null} />
      ))}
    </More>
  );
}
