import { useWords } from '../../words/words.ts';
import { colourOf, nameOf, type Place, usePeopleAt } from './board.ts';

/** Who else is in a text: a mark at its edge, that takes no room. */
export function Mark({ place }: { place: Place }) {
  const words = useWords();
  const here = usePeopleAt(place);
  if (here.length === 0) return null;
  const names = here.map((person) => nameOf(person) || words.plan.someone);
  return (
    <span className={`mark ${colourOf(here[0]!)}`} role="note" aria-label={words.plan.isHere(names.join('; '))}>
      <span aria-hidden="true">{names.length > 1 ? `${names[0]} +${names.length - 1}` : names[0]}</span>
    </span>
  );
}
