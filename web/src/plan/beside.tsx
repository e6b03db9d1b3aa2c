import { useCallback, useContext, useState, useSyncExternalStore } from 'react';
import * as Y from 'yjs';
import { useWords } from '../words/words.ts';
import { Authors } from './authors/authors.tsx';
import { takesSuggestions } from './life/findings.ts';
import { LifeContext } from './life/read.ts';
import { type Opened, OpenedContext } from './open.ts';
import type { Place } from './people/board.ts';
import { ObjectiveContext, useRights } from './rights.ts';
import { SuggestionCard } from './suggestions/card.tsx';
import { Propose } from './suggestions/propose.tsx';
import { type Suggestion, useSuggestionsAt } from './suggestions/store.ts';
import { toPlain } from './suggestions/texts.ts';
import { LocaleContext } from './text/localized.tsx';
import { readText, type TreeNode } from './tree.ts';

/** What stands beside a text: suggestions about it, the way to make one, and who wrote it. Most texts have nothing beside them. */
export function Beside({ node, field, label }: { node: TreeNode; field: string; label: string }) {
  const locale = useContext(LocaleContext);
  const opened = useContext(OpenedContext);
  const place = { node: node.key, field, locale };
  const seat = useContext(LifeContext)?.seat;
  const all = useSuggestionsAt(place);
  // What is outdated is for who may want to suggest it again.
  const suggestions = all.filter(({ status, author }) => status === 'OPEN' || author?.id === seat);
  if (!opened || (suggestions.length === 0 && opened.mode === 'plain')) return null;
  const text = readText(node, field, locale)?.text;
  return text ? <Around {...{ opened, place, label, text, suggestions }} /> : null;
}

function Around(props: {
  opened: Opened;
  place: Place;
  label: string;
  text: Y.Text | Y.XmlFragment;
  suggestions: readonly Suggestion[];
}) {
  const { opened, place, label, text, suggestions } = props;
  const { graph, planId, mode, onDone } = opened;
  const { life: words } = useWords();
  const rights = useRights();
  const life = useContext(LifeContext);
  const objective = useContext(ObjectiveContext);
  const [shown, setShown] = useState(false);
  const [start, setStart] = useState<string | undefined | null>(null);
  const now = useSyncExternalStore(
    useCallback(
      (listener) => {
        text.observeDeep(listener);
        return () => text.unobserveDeep(listener);
      },
      [text],
    ),
    () => toPlain(text),
  );
  const maySuggest = takesSuggestions(life) && rights.suggest(objective);
  const open = suggestions.filter(({ status, baseText }) => status === 'OPEN' && baseText === now).length;
  const count = open > 0 ? words.suggestionsHere(open) : words.outdatedHere(suggestions.length);
  return (
    <div className="beside">
      {suggestions.length > 0 && (
        <button
          type="button"
          className="chip"
          aria-expanded={shown}
          aria-label={`${count}: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {count}
        </button>
      )}
      {mode === 'suggest' && maySuggest && (
        <button
          type="button"
          className="chip"
          aria-label={`${words.suggestHere}: ${label}`}
          onClick={() => setStart(undefined)}
        >
          {words.suggestHere}
        </button>
      )}
      {shown &&
        suggestions.map((suggestion) => (
          <SuggestionCard
            key={suggestion.id}
            {...{ graph, suggestion, onDone }}
            mayResolve={rights.resolve(objective)}
            isOutdated={suggestion.baseText !== now}
            onAgain={maySuggest ? () => setStart(suggestion.proposedText) : undefined}
          />
        ))}
      {mode === 'authors' && <Authors {...{ graph, planId, place, label }} />}
      {start !== null && (
        <Propose
          {...{ graph, planId, place, label, start }}
          isLine={text instanceof Y.Text && !(text instanceof Y.XmlText)}
          onClose={(done) => {
            setStart(null);
            if (!done) return;
            setShown(true);
            onDone();
          }}
        />
      )}
    </div>
  );
}
