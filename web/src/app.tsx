import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { connect } from '../co-editing/connection.ts';
import { navigate, usePath } from './navigate.ts';
import { NetworksPage } from './networks/page.tsx';
import { Bar } from './parts/bar.tsx';
import { Boundary } from './parts/boundary.tsx';
import { endSession, readConfig, readSession, recallConfig, type Session } from './session/session.ts';
import { SignedInPage, StartPage } from './session/start-page.tsx';
import { keepLanguage, type Language, languages, readLanguage, WordsContext } from './words/words.ts';

const PlanPage = lazy(() => import('./plan/page.tsx').then(({ PlanPage }) => ({ default: PlanPage })));

export function App() {
  const path = usePath();
  const [language, setLanguage] = useState<Language>(readLanguage);
  const [config, setConfig] = useState(recallConfig);
  const [session, setSession] = useState<Session | null>(readSession);
  const [ended, setEnded] = useState(false);
  const words = languages[language];
  const graph = useMemo(() => session && connect({ url: location.origin, token: session.token }), [session]);
  useEffect(() => () => graph?.close(), [graph]);

  useEffect(() => {
    readConfig().then(setConfig, () => {}); // without a connection: as it was
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const onSignedOut = useCallback(() => setEnded(true), []);
  const onSignedIn = useCallback((signedIn: Session, returnTo: string) => {
    setSession(signedIn);
    setEnded(false);
    navigate(returnTo, true);
  }, []);

  const planId = path.startsWith('/plans/') ? decodeURIComponent(path.slice('/plans/'.length)) : null;
  let content = <StartPage config={config} returnTo={path} />;
  if (path === '/signed-in') content = <SignedInPage config={config} onSignedIn={onSignedIn} />;
  else if (session && graph && planId) {
    content = (
      <Suspense fallback={<p className="quiet">{words.plan.opening}</p>}>
        <PlanPage key={`${session.subject} ${planId}`} {...{ graph, planId, onSignedOut }} subject={session.subject} />
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
        }}
        onSignOut={() => {
          endSession();
          setSession(null);
          navigate('/');
        }}
        ended={ended}
        coming={path === '/signed-in'}
      />
      <main id="content" tabIndex={-1}>
        <Boundary key={path}>{content}</Boundary>
      </main>
    </WordsContext>
  );
}
