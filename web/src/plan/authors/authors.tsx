import { useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Link } from '../../parts/link.tsx';
import { useWords } from '../../words/words.ts';
import { type Problem, toProblem } from '../command.ts';
import { nodeHistoryPath } from '../path.ts';
import type { Place } from '../people/board.ts';
import { idOf } from '../suggestions/store.ts';

const QUERY = `query PlanAuthorship($id: ID!, $nodeId: ID!, $field: String!, $locale: LocaleTag!) {
  workingPlan(id: $id) { authorship(nodeId: $nodeId, field: $field, locale: $locale) { text seat { id displayName } } }
}`;

interface Stretch {
  text: string;
  seat: { id: string; displayName: string } | null;
}

/** Who wrote which words of a text, as it stands when it is asked for. */
export function Authors({
  graph,
  planId,
  place,
  label,
}: {
  graph: Graph;
  planId: string;
  place: Place;
  label: string;
}) {
  const words = useWords();
  const [stretches, setStretches] = useState<Stretch[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { node, field, locale } = place;
  const ask = async () => {
    if (stretches) return setStretches(null);
    setProblem(null);
    try {
      const { data } = await graph.ask(QUERY, { id: planId, nodeId: idOf(planId, node), field, locale });
      setStretches(data?.workingPlan?.authorship ?? []);
    } catch (failure) {
      setProblem(toProblem(failure as { code: string; message: string }));
    }
  };
  return (
    <>
      <button
        type="button"
        className="chip"
        aria-expanded={stretches !== null}
        aria-label={`${words.life.whoWrote}: ${label}`}
        onClick={() => void ask()}
      >
        {words.life.whoWrote}
      </button>
      <Link to={nodeHistoryPath(planId, node)} className="chip" label={`${words.life.nodeHistory}: ${label}`}>
        {words.life.nodeHistory}
      </Link>
      {problem && <p className="note note-warn">{words.life.problems[problem.kind]}</p>}
      {stretches && <Stretches {...{ stretches }} lang={locale} />}
    </>
  );
}

function Stretches({ stretches, lang }: { stretches: Stretch[]; lang: string }) {
  const words = useWords();
  const seats = [...new Map(stretches.flatMap(({ seat }) => (seat ? [[seat.id, seat.displayName]] : []))).keys()];
  const nameOf = (seat: Stretch['seat']) => seat?.displayName ?? words.life.nobody;
  const colourOf = (seat: Stretch['seat']) => (seat ? `person-${seats.indexOf(seat.id) % 6}` : 'person-none');
  let at = 0;
  if (stretches.length === 0) return <p className="quiet">{words.plan.empty}</p>;
  return (
    <figure className="authors">
      <p lang={lang}>
        {stretches.map(({ text, seat }) => {
          const key = at;
          at += text.length;
          return (
            <span key={key} className={`stretch ${colourOf(seat)}`}>
              <span className="visually-hidden">{nameOf(seat)}: </span>
              {text}
            </span>
          );
        })}
      </p>
      <figcaption>
        {[...new Map(stretches.map(({ seat }) => [seat?.id ?? '', seat])).values()].map((seat) => (
          <span key={seat?.id ?? ''} className={`author ${colourOf(seat)}`}>
            {nameOf(seat)}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
