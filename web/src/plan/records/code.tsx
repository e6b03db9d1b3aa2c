import { type ComponentProps, useEffect, useState } from 'react';
import { useWords } from '../../words/words.ts';

type Screen = typeof import('./page.tsx').Records;

const AGAIN = 4_000; // ms until the code is asked for again after it did not come

let loaded: Screen | null = null;

/** The screens of versions, suggestions and history: their code is fetched when they are first looked at, also if the connection comes back later. */
export function Records(props: ComponentProps<Screen>) {
  const words = useWords();
  const [Screen, setScreen] = useState<Screen | null>(() => loaded);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (Screen) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = () =>
      import('./page.tsx').then(
        ({ Records: found }) => {
          loaded = found;
          if (!isOver) setScreen(() => found);
        },
        () => {
          if (isOver) return;
          setFailed(true);
          timer = setTimeout(look, AGAIN);
        },
      );
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [Screen]);
  if (Screen) return <Screen {...props} />;
  return (
    <p className="quiet records-wait" role="status">
      {failed ? words.life.notRead.unreachable : words.loading}
    </p>
  );
}
