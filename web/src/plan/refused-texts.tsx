import { useState } from 'react';
import type { Refused } from '../../co-editing/shelf.ts';
import { useWords } from '../words/words.ts';

/** Texts that the server did not take, to copy before they are put away. */
export function RefusedTexts({ refused, onForget }: { refused: readonly Refused[]; onForget: (id: string) => void }) {
  const words = useWords();
  if (refused.length === 0) return null;
  return (
    <div className="refused-list" role="alert">
      {refused.map(({ id, code, texts }) => (
        <section key={id} className="refused">
          <h2>{words.plan.refused(words.plan.codes[code] ?? words.plan.otherCode(code))}</h2>
          <p>{words.plan.refusedHelp}</p>
          {texts.map((entry) => (
            <RefusedText key={`${entry.kind} ${entry.code} ${entry.field} ${entry.locale} ${entry.text}`} {...entry} />
          ))}
          <button type="button" className="button-quiet" onClick={() => onForget(id)}>
            {words.plan.putAway}
          </button>
        </section>
      ))}
    </div>
  );
}

function RefusedText({ kind, code, field, locale, text }: Refused['texts'][number]) {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const titled = ['title', 'statement', 'name'].includes(field);
  const fields: Record<string, string> = {
    description: words.plan.description,
    preamble: words.plan.preamble,
    assumptions: words.plan.assumptions,
    mitigation: words.plan.mitigation,
    meansOfVerification: words.plan.verification,
  };
  const label = titled
    ? (words.plan.titleOf[kind]?.(code) ?? field)
    : words.plan.fieldOf(fields[field] ?? field, code || kind);
  return (
    <div className="refused-text">
      <h3>
        {label}
        {locale && ` (${words.plan.languages[locale] ?? locale})`}
      </h3>
      <textarea
        readOnly
        aria-label={label}
        lang={locale}
        value={text}
        rows={Math.min(8, 1 + Math.ceil(text.length / 80))}
      />
      <button
        type="button"
        className="button-quiet"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => setCopied(true),
            () => {}, // the text stands selected beside the button
          );
        }}
      >
        {copied ? words.plan.copied : words.plan.copy}
      </button>
    </div>
  );
}
