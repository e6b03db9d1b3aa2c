import { useCallback, useMemo } from 'react';
import { Link } from '../../parts/link.tsx';
import { formatDay, formatTime, useWords, type Words } from '../../words/words.ts';
import { historyPath, planPath } from '../path.ts';
import { idOf, keyOf } from '../suggestions/store.ts';
import { ask, toPage, usePages } from './answers.ts';
import { nameField, nameNode } from './names.ts';
import type { RecordsProps } from './page.tsx';
import { Awaited, More } from './state.tsx';

const QUERY = `query PlanHistory($id: ID!, $nodeId: ID, $after: Cursor) {
  workingPlan(id: $id) {
    history(first: 30, nodeId: $nodeId, after: $after) {
      edges { node {
        startedAt endedAt edits region
        seat { id displayName }
        touched { nodeId action field locale }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

interface Entry {
  startedAt: string;
  endedAt: string;
  edits: number;
  region: string;
  seat: { id: string; displayName: string } | null;
  touched: { nodeId: string; action: string; field: string | null; locale: string | null }[];
}

/** Who did what, by day and person, newest first. @param node of one part of the plan, by its key */
export function History({ graph, planId, doc, node }: RecordsProps & { node: string | null }) {
  const words = useWords();
  const nodeId = node === null ? null : idOf(planId, node);
  const read = useCallback(
    (after: string | null) =>
      ask(graph, QUERY, { id: planId, nodeId, after }, ({ workingPlan }) => toPage<Entry>(workingPlan?.history)),
    [graph, planId, nodeId],
  );
  const { items, hasMore, busy, problem, readMore, again } = usePages(read);
  const days = useMemo(() => groupByDay(items ?? [], words.locale), [items, words.locale]);
  const named = node === null ? null : nameNode(doc, node, words);
  return (
    <section className="records" aria-labelledby="records-title">
      <h1 id="records-title">{named ? words.life.historyOf(named.name) : words.life.history}</h1>
      {named && (
        <p>
          {named.title} <Link to={historyPath(planId)}>{words.life.wholeHistory}</Link>
        </p>
      )}
      <p className="quiet">{words.life.historyHelp}</p>
      {!items && <Awaited problem={problem} onAgain={again} />}
      {items?.length === 0 && !hasMore && <p>{words.life.noHistory}</p>}
      {days.map(({ day, people }) => (
        <section key={day} aria-label={day} className="history-day">
          <h2>{day}</h2>
          {people.map(({ seat, entries }) => (
            <article key={seat?.id ?? ''} className="record" aria-label={seat?.displayName ?? words.plan.platform}>
              <h3>{seat?.displayName ?? words.plan.platform}</h3>
              <ul className="plan-rows">
                {entries.map((entry) => (
                  <li key={entry.startedAt}>
                    <Stretch {...{ entry, doc, words, planId }} />
                  </li>
                ))}
              </ul>
            </article>
          ))}
        </section>
      ))}
      {items && <More {...{ hasMore, busy, problem }} onMore={() => void readMore()} />}
    </section>
  );
}

function Stretch({
  entry,
  doc,
  words,
  planId,
}: {
  entry: Entry;
  doc: RecordsProps['doc'];
  words: Words;
  planId: string;
}) {
  const { startedAt, endedAt, edits, touched } = entry;
  const [from, to] = [formatTime(startedAt, words.locale), formatTime(endedAt, words.locale)];
  const byNode = new Map<string, Entry['touched']>();
  for (const touch of touched) byNode.set(touch.nodeId, [...(byNode.get(touch.nodeId) ?? []), touch]);
  return (
    <>
      <p className="facts-line">
        <time dateTime={endedAt}>{from === to ? to : `${from}–${to}`}</time> · {words.life.edits(edits)}
      </p>
      {[...byNode].map(([nodeId, own]) => {
        const key = keyOf(nodeId);
        const { name, title, isThere } = nameNode(doc, key, words);
        const what = own.map(({ action, field, locale }) =>
          [action === 'EDIT' ? '' : (words.life.did[action] ?? action), nameField(field, locale, words)]
            .filter(Boolean)
            .join(' '),
        );
        return (
          <p key={nodeId} className="touched">
            {isThere ? <Link to={`${planPath(planId)}#${key}`}>{name}</Link> : name}
            {title && <span className="quiet"> {title}</span>}: {what.join(', ')}
          </p>
        );
      })}
    </>
  );
}

/** By the reader's own calendar; each person once a day, whoever wrote last first. */
function groupByDay(entries: readonly Entry[], locale: string) {
  const days = new Map<string, Map<string, Entry[]>>();
  for (const entry of entries) {
    const day = formatDay(entry.endedAt, locale);
    const people = days.get(day) ?? new Map<string, Entry[]>();
    const who = entry.seat?.id ?? '';
    days.set(day, people.set(who, [...(people.get(who) ?? []), entry]));
  }
  return [...days].map(([day, people]) => ({
    day,
    people: [...people.values()].map((own) => ({ seat: own[0]!.seat, entries: own })),
  }));
}
