import { useCallback, useContext, useState } from 'react';
import * as Y from 'yjs';
import { Link } from '../../parts/link.tsx';
import { useWords } from '../../words/words.ts';
import { planPath } from '../path.ts';
import { PlanTreeContext, useRights } from '../rights.ts';
import { SuggestionCard } from '../suggestions/card.tsx';
import { readSuggestions } from '../suggestions/read.ts';
import { keyOf, type Suggestion } from '../suggestions/store.ts';
import { toPlain } from '../suggestions/texts.ts';
import { usePages } from './answers.ts';
import { nameField, nameNode } from './names.ts';
import type { RecordsProps } from './page.tsx';
import { Awaited, More } from './state.tsx';

const states = ['OPEN', 'OUTDATED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN'];

/** All suggestions of a plan by what became of them: a large plan has them in many places. */
export function AllSuggestions({ graph, planId, doc, onDone }: RecordsProps) {
  const words = useWords();
  const [status, setStatus] = useState('OPEN');
  const read = useCallback(
    (after: string | null) => readSuggestions(graph, planId, status, 20, after),
    [graph, planId, status],
  );
  const { items, hasMore, busy, problem, readMore, again } = usePages(read);
  return (
    <section className="records" aria-labelledby="records-title">
      <h1 id="records-title">{words.life.suggestions}</h1>
      <p className="quiet">{words.life.suggestionsHelp}</p>
      <fieldset className="switch switch-wrap" aria-label={words.life.suggestions}>
        {states.map((one) => (
          <button key={one} type="button" aria-pressed={one === status} onClick={() => setStatus(one)}>
            {words.life.suggestionStates[one]}
          </button>
        ))}
      </fieldset>
      {!items && <Awaited problem={problem} onAgain={again} />}
      <div role="status">{items?.length === 0 && <p>{words.life.noSuggestions}</p>}</div>
      {items?.map((suggestion) => (
        <Row
          key={suggestion.id}
          {...{ graph, planId, doc, suggestion }}
          onDone={() => {
            again();
            onDone();
          }}
        />
      ))}
      {items && <More {...{ hasMore, busy, problem }} onMore={() => void readMore()} />}
    </section>
  );
}

function Row({ graph, planId, doc, suggestion, onDone }: RecordsProps & { suggestion: Suggestion }) {
  const words = useWords();
  const rights = useRights();
  const tree = useContext(PlanTreeContext);
  const key = keyOf(suggestion.nodeId);
  const { name, title, isThere } = nameNode(doc, key, words);
  const objective = tree?.children.find((one) => one.key === objectiveOf(doc, key));
  return (
    <div className="record">
      <h2>
        <span className="kicker">
          {name}, {nameField(suggestion.field, suggestion.locale, words)}
        </span>
        {isThere ? <Link to={`${planPath(planId)}#${key}`}>{title || name}</Link> : title}
      </h2>
      <SuggestionCard
        {...{ graph, suggestion, onDone }}
        mayResolve={rights.resolve(objective)}
        isOutdated={textOf(doc, key, suggestion) !== suggestion.baseText}
      />
    </div>
  );
}

function textOf(doc: Y.Doc | null, key: string, { field, locale }: Suggestion): string {
  const texts = (doc?.getMap('nodes').get(key) as Y.Map<unknown> | undefined)?.get(field);
  return texts instanceof Y.Map ? toPlain(texts.get(locale)) : '';
}

/** Key of the objective that a node is or stands under. */
function objectiveOf(doc: Y.Doc | null, key: string): string | undefined {
  for (let at: unknown = key, steps = 0; typeof at === 'string' && steps < 8; steps++) {
    const node = doc?.getMap('nodes').get(at);
    if (!(node instanceof Y.Map)) return undefined;
    if (node.get('kind') === 'objective') return at;
    at = node.get('parent');
  }
  return undefined;
}
