import { formatMoment, useWords } from '../../words/words.ts';
import type { Decision, TakenPosition } from './read.ts';

/** How the positions stand in each network, and who took which: as far as this reader may see. */
export function Positions({ decision, own }: { decision: Decision; own: string | null }) {
  const words = useWords();
  const { discussions: said } = words;
  const { tally, positions, networks, round } = decision;
  if (round === 0) return <p className="quiet">{said.noPositions}</p>;
  if (tally.length === 0) return <p className="quiet">{said.positionsHidden}</p>;
  const nameOf = (id: string | undefined) => networks?.find((network) => network.id === id)?.name?.text ?? '';
  return (
    <>
      <ul className="tallies">
        {tally.map(({ network, responded, inFavour, against, abstaining, adopts, quorumReached }) => (
          <li key={network?.id}>
            <strong>{nameOf(network?.id)}</strong>: {words.life.tally(responded, inFavour, against, abstaining)}
            <span className="quiet"> · {said.asItStands(adopts, quorumReached)}</span>
          </li>
        ))}
      </ul>
      <PositionList positions={positions} own={own} />
    </>
  );
}

export function PositionList({ positions, own = null }: { positions: readonly TakenPosition[]; own?: string | null }) {
  const words = useWords();
  if (positions.length === 0) return <p className="quiet">{words.discussions.noPositions}</p>;
  return (
    <ul className="positions">
      {positions.map(({ organisation, position, reason, takenAt }) => (
        <li
          key={`${organisation?.id} ${takenAt}`}
          className={organisation && organisation.id === own ? 'is-own' : undefined}
        >
          <p>
            <strong>{organisation?.name ?? words.plan.someone}</strong>{' '}
            <span className={`tag position-${position.toLowerCase()}`}>
              {words.life.positions[position] ?? position}
            </span>{' '}
            <time className="facts-line" dateTime={takenAt}>
              {formatMoment(takenAt, words.locale)}
            </time>
          </p>
          {reason && <p className="reason">{reason}</p>}
        </li>
      ))}
    </ul>
  );
}
