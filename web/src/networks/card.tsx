import type { ReactNode } from 'react';
import { threadPath } from '../discussions/path.ts';
import { Link } from '../parts/link.tsx';
import { Provenance } from '../parts/provenance.tsx';
import { planPath } from '../plan/path.ts';
import { formatPartialDate, useWords } from '../words/words.ts';
import type { Network } from './read.ts';

export function NetworkCard({ network }: { network: Network }) {
  const words = useWords();
  const { name, countries, countryCountStated, bodies, memberships, workingPlans, threads, meetings } = network;
  const known = countries ?? [];
  const countryNames = known.map(({ code, name }) => (code === 'ZZ' ? code : (name?.text ?? code))).join(', ');
  return (
    <article className="card" aria-labelledby={`network-${network.slug}`}>
      <header className="card-head">
        <h2 id={`network-${network.slug}`}>{name.text}</h2>
        <p className="card-marks">
          {network.status !== 'ACTIVE' && <span className="tag">{words.status[network.status] ?? network.status}</span>}
          <Provenance of={network.provenance} sourceUrl={network.sourceUrl} name={name.text} />
        </p>
      </header>
      <dl className="facts">
        <div>
          <dt>{words.networks.founded}</dt>
          <dd>
            {network.foundedOn ? (
              <time dateTime={network.foundedOn}>{formatPartialDate(network.foundedOn, words.locale)}</time>
            ) : (
              words.networks.foundedUnknown
            )}
          </dd>
        </div>
        <div>
          <dt>{words.networks.countries}</dt>
          <dd>
            {countryNames || words.networks.countriesNone}
            {countryCountStated !== null && countryCountStated !== known.length && (
              <span className="quiet"> ({words.networks.countriesStated(countryCountStated, known.length)})</span>
            )}
          </dd>
        </div>
        {(bodies?.length ?? 0) > 0 && (
          <div>
            <dt>{words.networks.bodies}</dt>
            <dd>{bodies?.map((body) => body.name?.text ?? words.kinds[body.kind]).join(' · ')}</dd>
          </div>
        )}
      </dl>
      <Section title={words.networks.plans} empty={words.networks.plansNone} rows={workingPlans}>
        {(plan) => (
          <>
            <Link to={planPath(plan.id)} className="strong-link">
              {plan.title.text}
            </Link>
            <span className="row-marks">
              {(plan.networks?.length ?? 0) > 1 && <span className="tag">{words.networks.joint}</span>}
              <span className="tag">{words.states[plan.status] ?? plan.status}</span>
              <Provenance of={plan.provenance} name={plan.title.text} />
            </span>
          </>
        )}
      </Section>
      <Section
        title={words.networks.members}
        note={memberships ? String(memberships.totalCount) : undefined}
        empty={words.networks.membersNone}
        rows={memberships?.edges.map(({ node }) => node)}
        folded
      >
        {({ organisation }) =>
          organisation && (
            <>
              <span>{organisation.name}</span>
              <span className="quiet">
                {[
                  organisation.country && (organisation.country.name?.text ?? organisation.country.code),
                  organisation.stakeholderType && words.kinds[organisation.stakeholderType],
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
              <span className="row-marks">
                <Provenance of={organisation.provenance} sourceUrl={organisation.sourceUrl} name={organisation.name} />
              </span>
            </>
          )
        }
      </Section>
      <Section title={words.networks.meetings} empty={words.networks.meetingsNone} rows={meetings}>
        {(meeting) => (
          <>
            <span>{meeting.title.text}</span>
            <span className="quiet">
              {meeting.startsAt && (
                <time dateTime={meeting.startsAt.slice(0, 10)}>
                  {formatPartialDate(meeting.startsAt, words.locale)}
                </time>
              )}
            </span>
            <span className="row-marks">
              <Provenance of={meeting.provenance} sourceUrl={meeting.sourceUrl} name={meeting.title.text} />
            </span>
          </>
        )}
      </Section>
      <Section
        title={words.networks.threads}
        empty={words.networks.threadsNone}
        rows={threads?.edges.map(({ node }) => node)}
      >
        {(thread) => (
          <>
            <Link to={threadPath(thread.id)}>{thread.title?.text ?? words.discussions.untitled}</Link>
            <span className="row-marks">
              <Provenance of={thread.provenance} name={thread.title?.text ?? ''} />
            </span>
          </>
        )}
      </Section>
    </article>
  );
}

function Section<Row extends { id: string }>(props: {
  title: string;
  note?: string | undefined;
  empty: string;
  rows: Row[] | null | undefined;
  /** Long lists open on demand. */
  folded?: boolean;
  children: (row: Row) => ReactNode;
}) {
  const { title, note, empty, rows = [], folded, children } = props;
  const list = (
    <ul className="rows">
      {rows?.map((row) => (
        <li key={row.id}>{children(row)}</li>
      ))}
    </ul>
  );
  const heading = (
    <h3>
      {title} {note !== undefined && <span className="count">{note}</span>}
    </h3>
  );
  if (!rows?.length) {
    return (
      <section>
        {heading}
        <p className="quiet">{empty}</p>
      </section>
    );
  }
  if (!folded) {
    return (
      <section>
        {heading}
        {list}
      </section>
    );
  }
  return (
    <details open>
      <summary>{heading}</summary>
      {list}
    </details>
  );
}
