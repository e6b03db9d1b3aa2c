import { useState } from 'react';
import { useWords } from '../../words/words.ts';
import type { Post } from './read.ts';

/** Links lead where they say; files are fetched with the token, which no link can have. */
export function Attachments({ of: { attachments }, token }: { of: Post; token: string }) {
  const { discussions: said } = useWords();
  const [failed, setFailed] = useState<string | null>(null);
  if (attachments.length === 0) return null;
  const fetchFile = (url: string, name: string) => {
    setFailed(null);
    download(url, name, token).catch(() => setFailed(name));
  };
  return (
    <>
      <ul className="attachments" aria-label={said.attachments}>
        {attachments.map(({ id, kind, name, url, textAlternative }) => (
          <li key={id}>
            {kind === 'LINK' && /^https?:\/\//.test(url) && (
              <a href={url} target="_blank" rel="noopener noreferrer">
                {name}
              </a>
            )}
            {kind === 'FILE' && (
              <button type="button" className="link" aria-label={said.fetch(name)} onClick={() => fetchFile(url, name)}>
                {name}
              </button>
            )}
            {textAlternative && <span className="quiet"> {textAlternative}</span>}
          </li>
        ))}
      </ul>
      <div role="alert">{failed && <p className="note note-warn">{said.notFetched(failed)}</p>}</div>
    </>
  );
}

/** @param path at this address; a token goes nowhere else */
async function download(path: string, name: string, token: string): Promise<void> {
  const url = new URL(path, location.origin);
  if (url.origin !== location.origin) throw new Error('not a file of this platform');
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`status ${response.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // by then the browser has taken it
}
