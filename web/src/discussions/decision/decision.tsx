import { useEffect, useState } from 'react';
import { markSeen } from '../../inbox/read.ts';
import { Link } from '../../parts/link.tsx';
import { More } from '../../parts/more.tsx';
import { useNowAt } from '../../plan/life/decision-card.tsx';
import { findMoves, isOver, type Move } from '../../plan/life/findings.ts';
import { MoveDecision } from '../../plan/life/move-decision.tsx';
import { TakePosition } from '../../plan/life/take-position.tsx';
import { formatDeadline, formatMoment, useWords } from '../../words/words.ts';
import { InPlace } from '../failure.tsx';
import type { DiscussionProps } from '../page.tsx';
import { decisionPath, threadPath } from '../path.ts';
import { mayConclude, mayGuide, mayVote, type ViewerSeat } from '../rights.ts';
import { Facts } from './facts.tsx';
import { PositionList, Positions } from './positions.tsx';
import type { Decision } from './read.ts';
import { useDecision } from './use-decision.ts';

/** A decision: the exact text, the rule, who said what, what came of it, and what this person may do now. */
export function DecisionView({ graph, id, onSignedOut }: DiscussionProps) {
  const words = useWords();
  const { discussions: said } = words;
  const { found, failure, again } = useDecision(graph, id, words.locale);
  const [asking, setAsking] = useState<Move | 'position' | null>(null);
  const now = useNowAt(found?.decision.closesAt ?? null);
  const isEnded = failure === 'ended';
  useEffect(() => {
    if (isEnded) onSignedOut();
  }, [isEnded, onSignedOut]);
  const title = found?.decision.title.text;
  useEffect(() => {
    document.title = title ? `${title} · NET4U` : 'NET4U';
  }, [title]);
  const seatId = found?.seat?.id;
  useEffect(() => {
    if (seatId) void markSeen(graph, decisionPath(id));
  }, [graph, id, seatId]);
  if (!found) return <InPlace kind="decision" failure={failure} onAgain={again} />;

  const { decision, seat } = found;
  const { status, closesAt, networks, body, rounds, round, threads } = decision;
  const isOpen = status === 'CONSENT_ROUND' && closesAt !== null && Date.parse(closesAt) > now;
  const earlier = rounds.filter(({ number }) => number < round).reverse();
  const close = (done: boolean) => {
    setAsking(null);
    if (done) again();
  };
  return (
    <>
      {failure && <InPlace kind="decision" failure={failure} onAgain={again} />}
      <header className="talk-head">
        <p className="kicker">
          <span className="tag tag-state">{words.life.decisionStates[status] ?? status}</span>
          <span className="facts-line">
            {[...(networks ?? []), ...(body ? [body] : [])].map(({ name }) => name?.text).join(' · ')}
          </span>
        </p>
        <h1 lang={decision.title.locale}>{decision.title.text}</h1>
        <Deadline {...{ decision, isOpen }} />
      </header>
      <Acts {...{ decision, seat, isOpen, now }} onAsk={setAsking} />
      <Facts decision={decision} />
      <section aria-labelledby="positions-title" className="talk-section">
        <h2 id="positions-title">{said.standing}</h2>
        <Positions decision={decision} own={seat?.organisation?.id ?? null} />
      </section>
      {earlier.length > 0 && (
        <More summary={said.rounds(earlier.length)}>
          {earlier.map(({ number, closesAt, positions, contentHash }) => (
            <section key={number} className="talk-section">
              <h3>{said.round(number, formatMoment(closesAt, words.locale))}</h3>
              <p className="facts-line fingerprint">{words.life.fingerprint(contentHash)}</p>
              <PositionList positions={positions} />
            </section>
          ))}
        </More>
      )}
      {(threads?.length ?? 0) > 0 && (
        <section aria-labelledby="threads-title" className="talk-section">
          <h2 id="threads-title">{said.threads}</h2>
          <ul className="rows">
            {threads?.map((thread) => (
              <li key={thread.id}>
                <Link to={threadPath(thread.id)}>{thread.title?.text ?? said.untitled}</Link>
                <span className="quiet">{said.posts(thread.postCount)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {asking === 'position' && <TakePosition {...{ graph, decision }} onClose={close} />}
      {asking && asking !== 'position' && <MoveDecision {...{ graph, decision }} move={asking} onClose={close} />}
    </>
  );
}

/** Until when positions are taken, or what came of it. */
function Deadline({ decision, isOpen }: { decision: Decision; isOpen: boolean }) {
  const words = useWords();
  const { status, closesAt, concludedAt, withdrawalReason, rounds, round } = decision;
  const reason = rounds.find(({ number }) => number === round)?.shortReason;
  if (isOver(decision)) {
    const when = concludedAt ? formatMoment(concludedAt, words.locale) : '';
    return (
      <p className={status === 'ADOPTED' ? 'outcome as-adopted' : 'outcome'}>
        {words.discussions.outcomes[status]?.(when)} {withdrawalReason}
      </p>
    );
  }
  if (!closesAt || status !== 'CONSENT_ROUND') return null;
  return (
    <p className="deadline">
      {(isOpen ? words.life.closes : words.life.closed)(formatDeadline(closesAt, words.locale))}
      {reason && <span className="quiet"> ({reason})</span>}
    </p>
  );
}

function Acts(props: {
  decision: Decision;
  seat: ViewerSeat | null;
  isOpen: boolean;
  now: number;
  onAsk: (act: Move | 'position') => void;
}) {
  const { decision, seat, isOpen, now, onAsk } = props;
  const words = useWords();
  const own = decision.positions.find(({ organisation }) => organisation && organisation.id === seat?.organisation?.id);
  const votes = isOpen && mayVote(seat, decision);
  const moves = findMoves(decision, now).filter((move) =>
    (move === 'conclude' ? mayConclude : mayGuide)(seat, decision),
  );
  if (!own && !isOpen && moves.length === 0) return null;
  return (
    <div className="acts">
      {own && <p>{words.life.ownPosition(words.life.positions[own.position] ?? own.position)}</p>}
      {isOpen && !votes && <p className="quiet">{words.discussions.noVoice}</p>}
      {(votes || moves.length > 0) && (
        <p className="standing-actions">
          {votes && (
            <button type="button" className={own ? 'button-quiet' : 'button'} onClick={() => onAsk('position')}>
              {words.life.takePosition}
            </button>
          )}
          {moves.map((move) => (
            <button key={move} type="button" className="button-quiet" onClick={() => onAsk(move)}>
              {words.life.moves[move]}
            </button>
          ))}
        </p>
      )}
    </div>
  );
}
