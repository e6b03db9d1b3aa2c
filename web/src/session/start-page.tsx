import { useEffect, useRef, useState } from 'react';
import { navigate } from '../navigate.ts';
import { useWords } from '../words/words.ts';
import type { PageConfig, Session } from './session.ts';

/** Sends the person to the issuer. The code for that is loaded now. */
export async function signIn(config: PageConfig, returnTo: string, choose?: boolean): Promise<void> {
  const { beginSignIn } = await import('./sign-in.ts');
  await beginSignIn(config, returnTo, choose);
}

/** What somebody sees who is not signed in. */
export function StartPage({ config, returnTo }: { config: PageConfig | null; returnTo: string }) {
  const words = useWords();
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <div className="start">
      <h1>{words.start.title}</h1>
      <p className="lead">{words.start.lead}</p>
      <ul className="points">
        {words.start.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <p>
        <button
          type="button"
          className="button"
          disabled={!config}
          onClick={() => {
            setFailure(null);
            if (config) signIn(config, returnTo).catch((error: Error) => setFailure(error.message));
          }}
        >
          {words.start.signIn}
        </button>
      </p>
      <p className="note start-note">{config?.development ? words.start.development : ' '}</p>
      <p aria-live="polite" className="failure">
        {failure && words.start.failed(failure)}
      </p>
    </div>
  );
}

/** Where the issuer sends people back to. */
export function SignedInPage(props: {
  config: PageConfig | null;
  onSignedIn: (session: Session, returnTo: string) => void;
}) {
  const { config, onSignedIn } = props;
  const words = useWords();
  const [failure, setFailure] = useState<string | null>(null);
  const begun = useRef(false); // the code in the address works once

  useEffect(() => {
    if (!config || begun.current) return;
    begun.current = true;
    import('./sign-in.ts')
      .then(({ finishSignIn }) => finishSignIn(config))
      .then(({ session, returnTo }) => onSignedIn(session, returnTo))
      .catch((error: Error & { error?: string }) => {
        if (error.error === 'access_denied') navigate('/', true);
        else setFailure(error.message);
      });
  }, [config, onSignedIn]);

  if (!failure) return <p className="quiet">{words.loading}</p>;
  return (
    <>
      <p className="note note-warn" role="alert">
        {words.start.failed(failure)}
      </p>
      <StartPage config={config} returnTo="/" />
    </>
  );
}
