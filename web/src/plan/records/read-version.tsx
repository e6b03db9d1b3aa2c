import { useCallback, useContext, useState } from 'react';
import { Dialog } from '../../parts/dialog.tsx';
import { Link } from '../../parts/link.tsx';
import { formatMoment, useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import { LifeContext } from '../life/read.ts';
import { differencePath, versionsPath } from '../path.ts';
import { useRights } from '../rights.ts';
import { useAnswer } from './answers.ts';
import { ContentText } from './content-text.tsx';
import type { RecordsProps } from './page.tsx';
import { Awaited } from './state.tsx';
import { readVersion } from './version.ts';

const RESTORE = `mutation RestorePlanVersion($input: RestorePlanVersionInput!) {
  restorePlanVersion(input: $input) { plan { id } problems { __typename ... on UserError { message path } } }
}`;

/** What the plan said at one moment, to be read, and written back by those who may. */
export function ReadVersion({ graph, planId, doc, onDone, number }: RecordsProps & { number: number }) {
  const words = useWords();
  const life = useContext(LifeContext);
  const rights = useRights();
  const [asking, setAsking] = useState(false);
  const [restored, setRestored] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const read = useCallback(() => readVersion(graph, planId, number), [graph, planId, number]);
  const { value: version, problem, again } = useAnswer(read);
  const takes = life !== null && ['DRAFT', 'CHANGES_REQUESTED'].includes(life.status);
  const locales = version?.content.locales ?? Object.keys((version?.content.title as object | undefined) ?? {});
  const locale = [chosen, words.locale, locales[0]].find((tag) => tag && locales.includes(tag)) ?? 'en';
  return (
    <section className="records" aria-labelledby="records-title">
      <p className="crumb">
        <Link to={versionsPath(planId)}>← {words.life.versions}</Link>
      </p>
      <h1 id="records-title">{words.life.versionNumber(number)}</h1>
      {!version && <Awaited problem={problem} onAgain={again} />}
      {version && (
        <>
          <p className="kicker">
            <span className="tag">{words.life.versionKinds[version.kind] ?? version.kind}</span>
            {version.label && <strong>{version.label}</strong>}
            <span className="facts-line">
              {formatMoment(version.createdAt, words.locale)}
              {version.createdBy && ` · ${words.life.by(version.createdBy.displayName)}`}
            </span>
          </p>
          <p className="facts-line fingerprint">{words.life.fingerprint(version.contentHash)}</p>
          {version.redactedAt && (
            <p className="note note-warn">{words.life.redacted(formatMoment(version.redactedAt, words.locale))}</p>
          )}
          <div role="status">{restored && <p className="note">{words.life.restored(number)}</p>}</div>
          <div className="standing-actions">
            {locales.length > 1 && (
              <fieldset className="switch" aria-label={words.plan.textIn}>
                {locales.map((tag) => (
                  <button
                    key={tag}
                    type="button"
                    lang={tag}
                    aria-pressed={tag === locale}
                    onClick={() => setChosen(tag)}
                  >
                    {words.plan.languages[tag] ?? tag}
                  </button>
                ))}
              </fieldset>
            )}
            {doc && (
              <Link to={differencePath(planId, number, null)} className="button-quiet button-link">
                {words.life.compareNow}
              </Link>
            )}
            {takes && rights.keepVersion && (
              <button type="button" className="button-quiet" onClick={() => setAsking(true)}>
                {words.life.restore}
              </button>
            )}
          </div>
          <ContentText node={version.content} kind="plan" locale={locale} />
        </>
      )}
      {asking && (
        <Restore
          {...{ graph, planId, number }}
          onClose={(done) => {
            setAsking(false);
            if (!done) return;
            setRestored(true);
            onDone();
          }}
        />
      )}
    </section>
  );
}

function Restore(props: {
  graph: RecordsProps['graph'];
  planId: string;
  number: number;
  onClose: (done: boolean) => void;
}) {
  const { graph, planId, number, onClose } = props;
  const { life: words } = useWords();
  const { run, busy, problem } = useCommand(graph, 'restorePlanVersion', RESTORE);
  return (
    <Dialog
      title={words.restoreNumber(number)}
      confirm={words.restore}
      onConfirm={() => run((clientMutationId) => ({ input: { clientMutationId, planId, number } }))}
      {...{ busy, problem, onClose }}
    >
      <p>{words.restoreMeans}</p>
    </Dialog>
  );
}
