import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Link } from '../parts/link.tsx';
import { Provenance } from '../parts/provenance.tsx';
import '../style/people.css';
import '../style/plan.css';
import type { Graph } from '../../co-editing/graph.ts';
import type { PlanView } from '../../co-editing/view.ts';
import { formatPartialDate, useWords } from '../words/words.ts';
import { DeletedNodes } from './deleted-nodes.tsx';
import { DetailsContext, mayType, type PlanDetails, usePlanDetails } from './details.ts';
import { Objective } from './nodes.tsx';
import { BoardContext } from './people/board.ts';
import { Company } from './people/company.tsx';
import { RefusedTexts } from './refused-texts.tsx';
import { StatusBar } from './status-bar.tsx';
import { LocaleContext, Localized } from './text/localized.tsx';
import { readCode, readLocales, readText, type TreeNode, watchTree } from './tree.ts';
import { useCompositionHold, usePlan } from './use-plan.ts';

export function PlanPage(props: { graph: Graph; planId: string; subject: string; onSignedOut: () => void }) {
  const { graph, planId, subject, onSignedOut } = props;
  const words = useWords();
  const { view, kept, session, board } = usePlan(graph, planId, subject);
  const { doc, status, refused } = view;
  const watched = useMemo(() => (doc ? watchTree(doc) : nothing), [doc]);
  const tree = useSyncExternalStore(watched.subscribe, watched.read);
  const { details, settled } = usePlanDetails(graph, planId, words.locale, tree);
  const signedOut = status.kind === 'signed-out';
  useEffect(() => {
    if (signedOut) onSignedOut();
  }, [signedOut, onSignedOut]);

  return (
    <div className="plan">
      <p className="crumb">
        <Link to="/">← {words.plan.back}</Link>
      </p>
      <RefusedTexts refused={refused} onForget={(id) => session.current?.forget(id)} />
      {!kept && <p className="note note-warn">{words.plan.notKept}</p>}
      {status.kind === 'closed' && (
        <p className="note" role="alert">
          {words.plan.closed[status.code] ?? words.plan.closed.NOT_FOUND}
        </p>
      )}
      {doc && tree && settled ? (
        <BoardContext value={board}>
          <OpenPlan key={doc.guid} {...{ tree, details, view, session }} />
        </BoardContext>
      ) : (
        status.kind !== 'closed' && (
          <p className="quiet plan-opening" role="status">
            {status.kind === 'waiting' ? words.plan.openingLong : words.plan.opening}
          </p>
        )
      )}
    </div>
  );
}

const nothing = { subscribe: () => () => {}, read: () => null };

function OpenPlan(props: {
  tree: TreeNode;
  details: PlanDetails;
  view: PlanView;
  session: ReturnType<typeof usePlan>['session'];
}) {
  const { tree, details, view, session } = props;
  const { rights } = view;
  const words = useWords();
  const frame = useRef<HTMLDivElement>(null);
  useCompositionHold(frame, session);
  const [chosen, setChosen] = useState<string | null>(null);
  // Another language of the page is another language of the text, until one is chosen for the text again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's language is what this waits for
  useEffect(() => setChosen(null), [words.locale]);

  const title = readText(tree, 'title', words.locale);
  const name = String(title?.text ?? title?.other?.text ?? '');
  useEffect(() => {
    document.title = name ? `${name} · NET4U` : 'NET4U';
  }, [name]);

  const locales = readLocales(tree);
  const locale = [chosen, words.locale, locales[0]].find((tag) => tag && locales.includes(tag)) ?? 'en';
  const editable = rights === 'edit';
  const typing = editable && mayType(details);
  const partly = editable && !typing ? words.plan.partly : null;
  const note = rights === 'frozen' ? words.plan.frozen : rights === 'read' ? words.plan.readOnly : partly;
  const period = ['periodStart', 'periodEnd']
    .map((field) => tree.map.get(field))
    .filter((date): date is string => typeof date === 'string')
    .map((date) => formatPartialDate(date, words.locale))
    .join(' – ');
  return (
    <LocaleContext value={locale}>
      <DetailsContext value={details}>
        <StatusBar {...{ view, locales, locale }} onLocale={setChosen} onSync={() => session.current?.syncNow()}>
          <Company people={view.people} codeOf={(key) => readCode(tree, key)} />
        </StatusBar>
        {note && <p className="note plan-note">{note}</p>}
        <div ref={frame}>
          <header className="plan-head">
            <p className="kicker">
              <span className="tag">{(details.status && words.states[details.status]) ?? ' '}</span>
              <Provenance of={details.provenance} name="" />
              <span className="facts-line">
                {[details.networks.map(({ name }) => name?.text).join(' · '), period].filter(Boolean).join(' — ')}
              </span>
            </p>
            <h1>
              <Localized node={tree} field="title" label={words.plan.titleOf.plan!('')} editable={typing} />
            </h1>
            <div className="preamble">
              <Localized node={tree} field="preamble" label={words.plan.preamble} editable={typing} />
            </div>
          </header>
          {tree.children.map((objective) => (
            <Objective key={objective.key} node={objective} editable={editable} />
          ))}
          {view.doc && <DeletedNodes doc={view.doc} tree={tree} editable={editable} />}
        </div>
      </DetailsContext>
    </LocaleContext>
  );
}
