import { useEffect, useReducer, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { decisionPath } from '../../discussions/path.ts';
import { Link } from '../../parts/link.tsx';
import { More } from '../../parts/more.tsx';
import { formatMoment, useWords } from '../../words/words.ts';
import { useRights } from '../rights.ts';
import { findMoves, isOver, type Move } from './findings.ts';
import { MoveDecision } from './move-decision.tsx';
import type { Decision, PlanLife } from './read.ts';
import { TakePosition } from './take-position.tsx';

/** A decision, as far as it has come in one network; `networkId` null: one on an earlier text, only to be read. */
export function DecisionCard(props: {
  graph: Graph;
  life: PlanLife;
  decision: Decision;
  networkId: string | null;
  onDone: () => void;
}) {
  const { graph, life, decision, networkId, onDone } = props;
  const words = useWords();
  const rights = useRights();
  const [asking, setAsking] = useState<Move | 'position' | null>(null);
  const now = useNowAt(decision.closesAt);
  const { title, status, method, quorum, closesAt, positions, round } = decision;
  const tally = decision.tally.find(({ network }) => networkId === null || network?.id === networkId);
  const open = status === 'CONSENT_ROUND' && closesAt !== null && Date.parse(closesAt) > now;
  const own = positions.find(({ organisation }) => organisation?.id === life.organisation);
  const ids = (decision.networks ?? []).map(({ id }) => id);
  const leads = networkId !== null && ids.every(rights.convene);
  const concludes = networkId !== null && ids.some(rights.convene);
  const moves = findMoves(decision, now).filter((move) => (move === 'conclude' ? concludes : leads));
  const votes = open && networkId !== null && rights.vote(networkId);
  const reason = decision.rounds.find(({ number }) => number === round)?.shortReason;
  return (
    <article className="decision" aria-label={title.text}>
      <p className="decision-head">
        <Link to={decisionPath(decision.id)} className="strong-link">
          {title.text}
        </Link>
        <span className="tag">{words.life.decisionStates[status] ?? status}</span>
      </p>
      <p className="facts-line">
        {[
          words.life.methods[method],
          quorum !== null && words.life.quorum(quorum),
          tally && words.life.tally(tally.responded, tally.inFavour, tally.against, tally.abstaining),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {closesAt && !isOver(decision) && (
        <p className="facts-line">
          {(open ? words.life.closes : words.life.closed)(formatMoment(closesAt, words.locale))}
          {reason && ` (${reason})`}
        </p>
      )}
      {networkId !== null && <p className="facts-line fingerprint">{words.life.decisionId(decision.id)}</p>}
      {own && (
        <p className="facts-line">{words.life.ownPosition(words.life.positions[own.position] ?? own.position)}</p>
      )}
      {positions.length > 0 && (
        <More summary={words.life.positionsOf(positions.length)}>
          <ul className="plan-rows">
            {positions.map(({ organisation, position, reason: why, takenAt }) => (
              <li key={`${organisation?.id} ${takenAt}`}>
                {organisation?.name ?? words.plan.someone}: {words.life.positions[position] ?? position}
                {why && <span className="quiet"> {why}</span>}
              </li>
            ))}
          </ul>
        </More>
      )}
      {(votes || moves.length > 0) && (
        <p className="standing-actions">
          {votes && (
            <button type="button" className="button-quiet" onClick={() => setAsking('position')}>
              {words.life.takePosition}
            </button>
          )}
          {moves.map((move) => (
            <button key={move} type="button" className="button-quiet" onClick={() => setAsking(move)}>
              {words.life.moves[move]}
            </button>
          ))}
        </p>
      )}
      {asking === 'position' && <TakePosition {...{ graph, decision }} onClose={close} />}
      {asking && asking !== 'position' && <MoveDecision {...{ graph, decision, life }} move={asking} onClose={close} />}
    </article>
  );

  function close(done: boolean) {
    setAsking(null);
    if (done) onDone();
  }
}

/** The time, looked at again when the round closes. */
export function useNowAt(closesAt: string | null): number {
  const [, look] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const left = closesAt === null ? 0 : Date.parse(closesAt) - Date.now();
    if (left <= 0 || left > 2 ** 31 - 1) return;
    const timer = setTimeout(look, left);
    return () => clearTimeout(timer);
  }, [closesAt]);
  return Date.now();
}
