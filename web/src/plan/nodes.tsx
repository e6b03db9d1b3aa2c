import { memo, type ReactNode, useContext } from 'react';
import { More } from '../parts/more.tsx';
import { formatPartialDate, useWords, type Words } from '../words/words.ts';
import { Beside } from './beside.tsx';
import { DetailsContext, mayType } from './details.ts';
import { ObjectiveContext } from './rights.ts';
import { Localized } from './text/localized.tsx';
import { asList, type Kind, type TreeNode } from './tree.ts';

const only = (node: TreeNode, kind: Kind) => node.children.filter((child) => child.kind === kind);

export const Objective = memo(function Objective({ node, editable }: { node: TreeNode; editable: boolean }) {
  const words = useWords();
  const typing = mayType(useContext(DetailsContext), node) && editable;
  const theme = node.map.get('thematicArea');
  const label = words.plan.titleOf.objective!(node.code);
  return (
    <section className="objective" id={node.key} aria-label={`${words.plan.objective} ${node.code}`}>
      <header className="node-head">
        <p className="kicker">
          {words.plan.objective} {node.code}
          {typeof theme === 'string' && <span className="tag">{words.kinds[theme] ?? theme}</span>}
        </p>
        <h2>
          <Localized node={node} field="title" label={label} editable={typing} />
        </h2>
      </header>
      <ObjectiveContext value={node}>
        <Beside {...{ node, label }} field="title" />
        {node.children.map((outcome) => (
          <Outcome key={outcome.key} node={outcome} editable={typing} />
        ))}
      </ObjectiveContext>
    </section>
  );
});

function Outcome({ node, editable }: { node: TreeNode; editable: boolean }) {
  const words = useWords();
  const label = words.plan.titleOf.outcome!(node.code);
  const assumptions = words.plan.fieldOf(words.plan.assumptions, node.code);
  return (
    <section className="outcome" id={node.key} aria-label={`${words.plan.outcome} ${node.code}`}>
      <header className="node-head">
        <p className="kicker">
          {words.plan.outcome} {node.code}
        </p>
        <h3 className="outcome-title">
          <Localized {...{ node, label, editable }} field="statement" />
        </h3>
      </header>
      <Beside {...{ node, label }} field="statement" />
      <Labelled title={words.plan.assumptions}>
        <Localized {...{ node, editable }} field="assumptions" label={assumptions} />
        <Beside node={node} field="assumptions" label={assumptions} />
      </Labelled>
      {only(node, 'indicator').length > 0 && <Indicators nodes={only(node, 'indicator')} editable={editable} />}
      {only(node, 'activity').map((activity) => (
        <Activity key={activity.key} node={activity} editable={editable} />
      ))}
    </section>
  );
}

function Activity({ node, editable }: { node: TreeNode; editable: boolean }) {
  const words = useWords();
  const { statusOf, organisations } = useContext(DetailsContext);
  const status = statusOf.get(node.key);
  const responsible = organisations.get(String(node.map.get('responsible')));
  const partners = asList(node.map.get('partners')).flatMap((id) => organisations.get(id) ?? []);
  const places = asList(node.map.get('countries')).map((code) => nameCountry(code, words));
  const milestones = only(node, 'milestone');
  const indicators = only(node, 'indicator');
  const risks = only(node, 'risk');
  const label = words.plan.titleOf.activity!(node.code);
  const description = words.plan.fieldOf(words.plan.description, node.code);
  const facts = [dates(node, words.locale), places.join(', ')].filter(Boolean).join(' · ');
  return (
    <article className="activity" id={node.key} aria-label={`${words.plan.activity} ${node.code}`}>
      <header className="node-head">
        <p className="kicker">
          {node.code}
          <span className="tag tag-state">{(status && words.states[status]) ?? ' '}</span>
          <span className="facts-line">{facts}</span>
        </p>
        <h4>
          <Localized {...{ node, label, editable }} field="title" />
        </h4>
      </header>
      <Beside {...{ node, label }} field="title" />
      <Localized {...{ node, editable }} field="description" label={description} />
      <Beside node={node} field="description" label={description} />
      <p className="people">
        {responsible && (
          <span>
            {words.plan.responsible}: <strong>{responsible}</strong>
          </span>
        )}
        {partners.length > 0 && (
          <span>
            {words.plan.partners}: {partners.join(', ')}
          </span>
        )}
      </p>
      {node.children.length > 0 && (
        <More summary={words.plan.details(milestones.length, indicators.length, risks.length)}>
          <Rows title={words.plan.milestones} nodes={milestones} field="title" editable={editable}>
            {(milestone) => {
              const due = milestone.map.get('dueOn');
              const state = statusOf.get(milestone.key);
              return (
                <>
                  {typeof due === 'string' && words.plan.due(formatPartialDate(due, words.locale))}
                  {state && ` · ${words.states[state] ?? state}`}
                </>
              );
            }}
          </Rows>
          {indicators.length > 0 && <Indicators nodes={indicators} editable={editable} />}
          <Rows title={words.plan.risks} nodes={risks} field="description" editable={editable}>
            {(risk) => (
              <>
                {words.plan.likelihood(words.states[String(risk.map.get('likelihood'))] ?? '–')} ·{' '}
                {words.plan.impact(words.states[String(risk.map.get('impact'))] ?? '–')}
              </>
            )}
          </Rows>
          <Budget nodes={only(node, 'budgetLine')} />
        </More>
      )}
    </article>
  );
}

function nameCountry(code: string, { locale, plan }: Words): string {
  if (code === 'ZZ') return plan.sampleCountry;
  return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code) : code;
}

function dates({ map }: TreeNode, locale: string): string {
  return [map.get('startsOn'), map.get('endsOn')]
    .filter((date): date is string => typeof date === 'string')
    .map((date) => formatPartialDate(date, locale))
    .join(' – ');
}

function Labelled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="labelled">
      <p className="label">{title}</p>
      {children}
    </div>
  );
}

function Rows(props: {
  title: string;
  nodes: TreeNode[];
  field: string;
  editable: boolean;
  children: (node: TreeNode) => ReactNode;
}) {
  const { title, nodes, field, editable, children } = props;
  const words = useWords();
  if (nodes.length === 0) return null;
  return (
    <div className="rows-block">
      <h5 className="label">{title}</h5>
      <ul className="plan-rows">
        {nodes.map((node) => (
          <li key={node.key}>
            <Localized {...{ node, field, editable }} label={words.plan.titleOf[node.kind]!(node.code)} />
            <Beside {...{ node, field }} label={words.plan.titleOf[node.kind]!(node.code)} />
            <p className="facts-line">{children(node)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Indicators({ nodes, editable }: { nodes: TreeNode[]; editable: boolean }) {
  const words = useWords();
  return (
    <Rows title={words.plan.indicators} nodes={nodes} field="name" editable={editable}>
      {({ map }) => {
        const unit = map.get('unit') === 'PERCENT' ? '\u00a0%' : '';
        const of = (field: string) => (typeof map.get(field) === 'string' ? `${map.get(field)}${unit}` : '');
        return words.plan.target(of('baseline'), of('target') || '–');
      }}
    </Rows>
  );
}

function Budget({ nodes }: { nodes: TreeNode[] }) {
  const words = useWords();
  if (nodes.length === 0) return null;
  const money = (node: TreeNode) => {
    const amount = node.map.get('amount');
    if (typeof amount !== 'number') return '–';
    return `${new Intl.NumberFormat(words.locale).format(amount)} ${String(node.map.get('currency') ?? '')}`;
  };
  return (
    <div className="rows-block">
      <h5 className="label">{words.plan.budget}</h5>
      <ul className="plan-rows">
        {nodes.map((node) => (
          <li key={node.key} className="budget-row">
            <span>{String(node.map.get('label') ?? '')}</span>
            <span className="amount">{money(node)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
