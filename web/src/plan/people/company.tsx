import type { Person } from '../../../co-editing/presence.ts';
import { useWords, type Words } from '../../words/words.ts';
import { colourOf, nameOf } from './board.ts';

/** Who else has the plan open, in one line; opened, each with where they are, and a way there. */
export function Company({ people, codeOf }: { people: readonly Person[] | null; codeOf: (node: string) => string }) {
  const words = useWords();
  if (!people || people.length === 0) {
    return <p className="company quiet">{people ? words.plan.alone : ' '}</p>;
  }
  const names = people.map((person) => nameOf(person) || words.plan.someone);
  return (
    <details className="company">
      <summary>
        <span className="company-dots" aria-hidden="true">
          {people.slice(0, 5).map((person) => (
            <span key={person.key} className={`company-dot ${colourOf(person)}`} />
          ))}
        </span>
        <span className="company-names">{words.plan.here(people.length, names.join('; '))}</span>
      </summary>
      <ul className="company-list">
        {people.map((person, index) => (
          <li key={person.key}>
            <span className={`company-dot ${colourOf(person)}`} aria-hidden="true" />
            <span className="company-person">
              {names[index]}
              <Whereabouts person={person} {...{ words, codeOf }} />
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Whereabouts(props: { person: Person; words: Words; codeOf: (node: string) => string }) {
  const { person, words, codeOf } = props;
  const { position } = person;
  if (!position) return null;
  const code = codeOf(position.node);
  return (
    <button
      type="button"
      className="company-place"
      onClick={() => document.getElementById(position.node)?.scrollIntoView({ block: 'center' })}
    >
      {words.plan.writesIn(code)}
    </button>
  );
}
