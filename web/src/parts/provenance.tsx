import { useWords } from '../words/words.ts';

/** Says of a record where it comes from: samples are marked, sourced ones name their source. */
export function Provenance({ of, sourceUrl, name }: { of?: string | null; sourceUrl?: string | null; name: string }) {
  const words = useWords();
  if (of === 'SAMPLE') {
    return (
      <span className="tag tag-sample" title={words.sampleMeans}>
        {words.sample}
      </span>
    );
  }
  if (!sourceUrl || !/^https?:\/\//.test(sourceUrl)) return null;
  return (
    <a className="source" href={sourceUrl} target="_blank" rel="noopener noreferrer" aria-label={words.sourceOf(name)}>
      {words.source}
    </a>
  );
}
