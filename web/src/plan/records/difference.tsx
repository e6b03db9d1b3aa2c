import { useCallback, useId, useMemo, useState } from 'react';
import { navigate } from '../../navigate.ts';
import { Link } from '../../parts/link.tsx';
import { useWords, type Words } from '../../words/words.ts';
import { Compared } from '../compared.tsx';
import { differencePath, versionsPath } from '../path.ts';
import { keyOf } from '../suggestions/store.ts';
import { ask, toPage, useAnswer } from './answers.ts';
import { showValue } from './content-text.tsx';
import { nameField, nameNode } from './names.ts';
import type { RecordsProps } from './page.tsx';
import { Awaited } from './state.tsx';

const DIFF = `query PlanDifference($id: ID!, $from: Int!, $to: Int) {
  planDiff(planId: $id, from: $from, to: $to) { changes { nodeId kind action field locale before after } }
}`;
const NUMBERS = `query PlanVersionNames($id: ID!) {
  workingPlan(id: $id) {
    versions(first: 100) { edges { node { id number kind label } } pageInfo { hasNextPage endCursor } }
  }
}`;

interface Change {
  nodeId: string;
  kind: string;
  action: 'CREATE' | 'DELETE' | 'EDIT' | 'MOVE' | 'RESTORE';
  field: string | null;
  locale: string | null;
  before: string | null;
  after: string | null;
}

/** What is different between two versions, or since one of them. */
export function Difference(props: RecordsProps & { from: number; to: number | null }) {
  const { graph, planId, doc, from, to } = props;
  const words = useWords();
  const read = useCallback(
    () => ask(graph, DIFF, { id: planId, from, to }, ({ planDiff }) => planDiff?.changes as Change[] | undefined),
    [graph, planId, from, to],
  );
  const { value: changes, problem, again } = useAnswer(read);
  const groups = useMemo(() => groupByNode(changes ?? []), [changes]);
  return (
    <section className="records" aria-labelledby="records-title">
      <p className="crumb">
        <Link to={versionsPath(planId)}>← {words.life.versions}</Link>
      </p>
      <h1 id="records-title">{words.life.differences}</h1>
      <Choose {...{ graph, planId, from, to }} />
      {!changes && <Awaited problem={problem} onAgain={again} />}
      <p role="status">{changes && words.life.changesFound(changes.length)}</p>
      {groups.map(({ nodeId, changes: own }) => {
        const { name, title } = nameNode(doc, keyOf(nodeId), words);
        return (
          <article key={nodeId} className="record" aria-label={name}>
            <h2>
              <span className="kicker">{name}</span>
              {title}
            </h2>
            <dl className="content-fields">
              {own.map((change) => (
                <OneChange key={`${change.action} ${change.field} ${change.locale}`} {...{ change, words, doc }} />
              ))}
            </dl>
          </article>
        );
      })}
    </section>
  );
}

function OneChange({ change, words, doc }: { change: Change; words: Words; doc: RecordsProps['doc'] }) {
  const { action, field, locale, before, after } = change;
  const nodeOf = (id: string | null) => (id ? nameNode(doc, keyOf(id), words).name : '–');
  if (action !== 'EDIT') {
    const moved = action === 'MOVE' && field === null ? words.life.movedTo(nodeOf(before), nodeOf(after)) : '';
    const order = action === 'MOVE' && field !== null ? words.life.order : '';
    return (
      <div>
        <dt>{words.life.did[action] ?? action}</dt>
        <dd>{moved || order}</dd>
      </div>
    );
  }
  return (
    <div>
      <dt>{nameField(field, locale, words)}</dt>
      <dd>
        {locale === null ? (
          <Compared before={show(before, words)} after={show(after, words)} />
        ) : (
          <Compared before={before ?? ''} after={after ?? ''} lang={locale} />
        )}
      </dd>
    </div>
  );
}

/** Values come as strings or as JSON. */
function show(value: string | null, words: Words): string {
  if (value === null) return '';
  try {
    return showValue(JSON.parse(value), words);
  } catch {
    return showValue(value, words);
  }
}

function groupByNode(changes: readonly Change[]): { nodeId: string; changes: Change[] }[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) groups.set(change.nodeId, [...(groups.get(change.nodeId) ?? []), change]);
  return [...groups].map(([nodeId, own]) => ({ nodeId, changes: own }));
}

/** Which two are compared. */
function Choose({
  graph,
  planId,
  from,
  to,
}: Pick<RecordsProps, 'graph' | 'planId'> & { from: number; to: number | null }) {
  const words = useWords();
  const id = useId();
  const [first, setFirst] = useState(from);
  const [second, setSecond] = useState<number | null>(to);
  const read = useCallback(
    () =>
      ask(graph, NUMBERS, { id: planId }, ({ workingPlan }) =>
        toPage<{ number: number; kind: string; label: string | null }>(workingPlan?.versions),
      ),
    [graph, planId],
  );
  const { value } = useAnswer(read);
  const known = value?.found ?? [];
  const numbers = [...new Set([from, ...(to === null ? [] : [to]), ...known.map(({ number }) => number)])].sort(
    (a, b) => b - a,
  );
  const nameOf = (number: number) => {
    const version = known.find((one) => one.number === number);
    const what = version && (version.label ?? words.life.versionKinds[version.kind]);
    return [words.life.versionNumber(number), what].filter(Boolean).join(': ');
  };
  return (
    <form
      className="choose"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(differencePath(planId, first, second));
      }}
    >
      <label htmlFor={`${id}-from`}>{words.life.fromVersion}</label>
      <select id={`${id}-from`} value={first} onChange={({ target }) => setFirst(Number(target.value))}>
        {numbers.map((number) => (
          <option key={number} value={number}>
            {nameOf(number)}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}-to`}>{words.life.toVersion}</label>
      <select
        id={`${id}-to`}
        value={second ?? 'now'}
        onChange={({ target }) => setSecond(target.value === 'now' ? null : Number(target.value))}
      >
        <option value="now">{words.life.asNow}</option>
        {numbers.map((number) => (
          <option key={number} value={number}>
            {nameOf(number)}
          </option>
        ))}
      </select>
      <button type="submit" className="button-quiet">
        {words.life.compare}
      </button>
    </form>
  );
}
