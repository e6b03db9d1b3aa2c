import { useMemo } from 'react';
import { useWords } from '../words/words.ts';
import { compareTexts } from './difference.ts';

/** Two texts as one, with what is gone and what is new marked, also for those who hear it. */
export function Compared({ before, after, lang }: { before: string; after: string; lang?: string | undefined }) {
  const { life: words } = useWords();
  const pieces = useMemo(() => compareTexts(before, after), [before, after]);
  let at = 0;
  return (
    <p className="compared" lang={lang}>
      {pieces.map(({ kind, text }) => {
        const key = at;
        at += text.length;
        if (kind === 'same') return <span key={`${key} ${kind}`}>{text}</span>;
        const Tag = kind === 'gone' ? 'del' : 'ins';
        return (
          <Tag key={`${key} ${kind}`}>
            <span className="visually-hidden">{kind === 'gone' ? words.gone : words.added} </span>
            {text}
            <span className="visually-hidden"> {words.endOfChange}</span>
          </Tag>
        );
      })}
    </p>
  );
}
