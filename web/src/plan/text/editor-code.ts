import { useEffect, useState } from 'react';

type Open = typeof import('./rich-editor.ts').openRichEditor;

/** How long to wait before the code is asked for again after it did not come, ms. */
const AGAIN = 5_000;

let loaded: Open | null = null;
let loading: Promise<void> | undefined;

const load = (): Promise<void> => {
  loading ??= import('./rich-editor.ts').then(
    ({ openRichEditor }) => {
      loaded = openRichEditor;
    },
    () => {
      loading = undefined;
    },
  );
  return loading;
};

/** The editor's code, half of what the page of a plan needs: fetched when it is first needed, so that a plan can be read before. */
export function useEditorCode(isNeeded: boolean): Open | null {
  const [code, setCode] = useState(() => loaded);
  useEffect(() => {
    if (!isNeeded || code) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      await load();
      if (isOver) return;
      if (loaded) setCode(() => loaded);
      else timer = setTimeout(look, AGAIN);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isNeeded, code]);
  return code;
}
