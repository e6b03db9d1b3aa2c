import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { connect } from '../co-editing/connection.ts';
import { readDiscussionPath } from './discussions/path.ts';
import { useUnread } from './inbox/unread.ts';
import { here, navigate, usePath } from './navigate.ts';
import { NetworksPage } from './networks/page.tsx';
import { Bar } from './parts/bar.tsx';
import { Boundary } from './parts/boundary.tsx';
import { readPlanPath } from './plan/path.ts';
import { Renewal, timeToWarn } from './session/renewal.ts';
import { endSession, type PageConfig, readConfig, readSession, recallConfig, type Session } from './session/session.ts';
import { SignedInPage, StartPage } from './session/start-page.tsx';
import { keepLanguage, type Language, loadWords, readLanguage, type Words, WordsContext } from './words/words.ts';

const PlanPage = lazy(() => import('./plan/page.tsx').then(({ PlanPage }) => ({ default: PlanPage })));
const DiscussionPage = lazy(() =>
  import('./discussions/page.tsx').then(({ DiscussionPage }) => ({ default: DiscussionPage })),
);
const InboxPage = lazy(() => import('./inbox/page.tsx').then(({ InboxPage }) => ({ default: InboxPage })));

/** @param first what the page says, in the language that it begins in */
export function App({ first }: { first: Words }) {
  const path = usePath();
  const [language, setLanguage] = useState<Language>(readLanguage);
  const [words, setWords] = useState(first);
  const [config, setConfig] = useState(recallConfig);
  const [session, setSession] = useState<Session | null>(readSession);
  const [ended, setEnded] = useState(false);
  const endsAt = useEndOf(session);

  // One connection for one person: another token of theirs changes it, and what is followed goes on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person is another connection
  const signedIn = useMemo(() => {
    if (!session) return null;
    const renewal = new Renewal(session, setSession);
    return { renewal, graph: connect({ url: location.origin, token: session.token, renew: renewal.renew }) };
  }, [session?.subject, session?.id]);
  const graph = signedIn?.graph;
  useEffect(() => {
    signedIn?.renewal.start();
    return () => {
      signedIn?.renewal.stop();
      signedIn?.graph.close();
    };
  }, [signedIn]);
  const token = session?.token;
  useEffect(() => {
    if (token) signedIn?.graph.setToken(token).catch(() => {}); // its end will say so
  }, [signedIn, token]);

  useEffect(() => {
    readConfig().then(setConfig, () => {}); // without a connection: as it was
  }, []);
  useEffect(() => {
    document.documentElement.lang = words.locale;
  }, [words]);

  const onSignedOut = useCallback(() => setEnded(true), []);
  const onSignedIn = useCallback((signedIn: Session, returnTo: string) => {
    setSession(signedIn);
    setEnded(false);
    navigate(returnTo, true);
  }, []);

  const unread = useUnread(graph);

  const place = readPlanPath(path);
  const discussion = readDiscussionPath(path);
  let content = <StartPage config={config} returnTo={here()} />;
  if (path === '/signed-in') content = <SignedInPage config={config} onSignedIn={onSignedIn} />;
  else if (session && graph && place) {
    const { planId } = place;
    content = (
      <Suspense fallback={<p className="quiet">{words.plan.opening}</p>}>
        <PlanPage key={`${session.subject} ${planId}`} {...{ graph, place, onSignedOut }} subject={session.subject} />
      </Suspense>
    );
  } else if (session && graph && (discussion || path === '/inbox')) {
    const shared = { graph, onSignedOut };
    content = (
      <Suspense fallback={<p className="quiet">{words.loading}</p>}>
        {discussion ? (
          <DiscussionPage
            key={`${session.subject} ${discussion.id}`}
            {...shared}
            subject={session.subject}
            token={session.token}
            place={discussion}
          />
        ) : (
          <InboxPage {...shared} unread={unread} />
        )}
      </Suspense>
    );
  } else if (session && graph) content = <NetworksPage {...{ graph, onSignedOut }} subject={session.subject} />;

  return (
    <WordsContext value={words}>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <Bar
        session={session}
        config={config}
        language={language}
        onLanguage={(chosen) => {
          keepLanguage(chosen);
          setLanguage(chosen);
          loadWords(chosen).then(setWords, () => setLanguage(language)); // its words did not come: the page stays as it is
        }}
        onSignOut={() => {
          endSession();
          if (session?.refreshToken && config) void revoke(config, session);
          setSession(null);
          navigate('/');
        }}
        ended={ended}
        endsAt={endsAt}
        coming={path === '/signed-in'}
        unread={unread}
      />
      <main id="content" tabIndex={-1}>
        <Boundary key={place?.planId ?? path}>{content}</Boundary>
      </main>
    </WordsContext>
  );
}

/** When the sign-in ends, once that is near and nothing renews it. */
function useEndOf(session: Session | null): number | null {
  const [warned, setWarned] = useState<number | null>(null);
  useEffect(() => {
    setWarned(null);
    const wait = session && timeToWarn(session);
    if (!session || wait === null) return;
    const timer = setTimeout(() => setWarned(session.expiresAt), wait);
    return () => clearTimeout(timer);
  }, [session]);
  return warned;
}

const revoke = (config: PageConfig, session: Session): Promise<void> =>
  import('./session/sign-in.ts').then(({ revokeSession }) => revokeSession(config, session)).catch(() => {}); // it ends by itself
