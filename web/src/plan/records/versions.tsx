import { useCallback, useContext, useState } from 'react';
import { Dialog } from '../../parts/dialog.tsx';
import { Link } from '../../parts/link.tsx';
import { formatMoment, useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import { takesSuggestions } from '../life/findings.ts';
import { LifeContext } from '../life/read.ts';
import { differencePath, versionPath } from '../path.ts';
import { useRights } from '../rights.ts';
import { ask, toPage, usePages } from './answers.ts';
import type { RecordsProps } from './page.tsx';
import { Awaited, More } from './state.tsx';

const QUERY = `query PlanVersions($id: ID!, $after: Cursor) {
  workingPlan(id: $id) {
    versions(first: 20, after: $after) {
      edges { node {
        id number kind label contentHash createdAt redactedAt
        createdBy { displayName } contributors { id displayName }
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const SAVE = `mutation SavePlanVersion($planId: ID!, $label: String!, $once: ID!) {
  savePlanVersion(planId: $planId, label: $label, clientMutationId: $once) {
    version { id number } problems { __typename ... on UserError { message path } }
  }
}`;

export interface Version {
  id: string;
  number: number;
  kind: string;
  label: string | null;
  contentHash: string;
  createdAt: string;
  redactedAt: string | null;
  createdBy: { displayName: string } | null;
  contributors: { id: string; displayName: string }[] | null;
}

export function Versions({ graph, planId, doc, onDone }: RecordsProps) {
  const words = useWords();
  const life = useContext(LifeContext);
  const rights = useRights();
  const [saving, setSaving] = useState(false);
  const read = useCallback(
    (after: string | null) =>
      ask(graph, QUERY, { id: planId, after }, ({ workingPlan }) => toPage<Version>(workingPlan?.versions)),
    [graph, planId],
  );
  const { items, hasMore, busy, problem, readMore, again } = usePages(read);
  return (
    <section className="records" aria-labelledby="records-title">
      <h1 id="records-title">{words.life.versions}</h1>
      <p className="quiet">{words.life.versionsHelp}</p>
      {takesSuggestions(life) && rights.keepVersion && (
        <p className="standing-actions">
          <button type="button" className="button-quiet" onClick={() => setSaving(true)}>
            {words.life.keepVersion}
          </button>
        </p>
      )}
      {!items && <Awaited problem={problem} onAgain={again} />}
      {items?.length === 0 && <p>{words.life.noVersions}</p>}
      {items && (
        <ol className="record-list">
          {items.map((version, index) => (
            <li key={version.id}>
              <VersionRow {...{ version, planId }} isInside={doc !== null} previous={items[index + 1]?.number} />
            </li>
          ))}
        </ol>
      )}
      {items && <More {...{ hasMore, busy, problem }} onMore={() => void readMore()} />}
      {saving && (
        <SaveVersion
          {...{ graph, planId }}
          onClose={(done) => {
            setSaving(false);
            if (!done) return;
            again();
            onDone();
          }}
        />
      )}
    </section>
  );
}

function VersionRow(props: { version: Version; planId: string; isInside: boolean; previous: number | undefined }) {
  const { version, planId, isInside, previous } = props;
  const words = useWords();
  const { number, kind, label, contentHash, createdAt, createdBy, contributors, redactedAt } = version;
  const name = words.life.versionNumber(number);
  return (
    <article className="record" aria-label={label ? `${name}: ${label}` : name}>
      <p className="kicker">
        {name}
        <span className="tag">{words.life.versionKinds[kind] ?? kind}</span>
        <time className="facts-line" dateTime={createdAt}>
          {formatMoment(createdAt, words.locale)}
        </time>
      </p>
      {label && <h2>{label}</h2>}
      <p className="facts-line">
        {createdBy && `${words.life.by(createdBy.displayName)} · `}
        <span title={contentHash}>{words.life.fingerprint(contentHash.slice(0, 12))}</span>
      </p>
      {(contributors?.length ?? 0) > 0 && (
        <p className="facts-line">
          {words.life.writtenBy(contributors!.map(({ displayName }) => displayName).join('; '))}
        </p>
      )}
      {redactedAt && <p className="note note-warn">{words.life.redacted(formatMoment(redactedAt, words.locale))}</p>}
      <p className="record-links">
        <Link to={versionPath(planId, number)} label={`${words.life.read}: ${name}`}>
          {words.life.read}
        </Link>
        {isInside && (
          <Link to={differencePath(planId, number, null)} label={`${words.life.compareNow}: ${name}`}>
            {words.life.compareNow}
          </Link>
        )}
        {isInside && previous !== undefined && (
          <Link to={differencePath(planId, previous, number)}>{words.life.comparePrevious(previous, number)}</Link>
        )}
      </p>
    </article>
  );
}

function SaveVersion(props: { graph: RecordsProps['graph']; planId: string; onClose: (done: boolean) => void }) {
  const { graph, planId, onClose } = props;
  const { life: words } = useWords();
  const [label, setLabel] = useState('');
  const { run, busy, problem } = useCommand(graph, 'savePlanVersion', SAVE);
  return (
    <Dialog
      title={words.keepVersion}
      confirm={words.keep}
      disabled={label.trim() === ''}
      onConfirm={() => run((once) => ({ planId, label, once }))}
      {...{ busy, problem, onClose }}
    >
      <p>{words.keepMeans}</p>
      <label className="field-row">
        <span>{words.versionName}</span>
        <input required maxLength={200} value={label} onChange={({ target }) => setLabel(target.value)} />
      </label>
    </Dialog>
  );
}
