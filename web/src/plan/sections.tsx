import { useContext, useSyncExternalStore } from 'react';
import { Link } from '../parts/link.tsx';
import { useWords } from '../words/words.ts';
import type { Mode } from './open.ts';
import { historyPath, type PlanPlace, planPath, suggestionsPath, versionsPath } from './path.ts';
import { SuggestionsContext } from './suggestions/store.ts';

/** What of the plan is looked at, and what stands beside its texts. */
export function Sections({ place, mode, onMode }: { place: PlanPlace; mode: Mode; onMode: (mode: Mode) => void }) {
  const { life: words } = useWords();
  const store = useContext(SuggestionsContext);
  const open = useSyncExternalStore(store.subscribe, () => store.count);
  const { planId, section } = place;
  const links = [
    ['text', planPath(planId), words.text],
    ['versions', versionsPath(planId), words.versions],
    ['suggestions', suggestionsPath(planId), open > 0 ? `${words.suggestions} (${open})` : words.suggestions],
    ['history', historyPath(planId), words.history],
  ] as const;
  const at = section === 'version' || section === 'difference' ? 'versions' : section;
  return (
    <div className="sections">
      <nav aria-label={words.sections}>
        {links.map(([name, to, label]) => (
          <Link key={name} to={to} isCurrent={name === at}>
            {label}
          </Link>
        ))}
      </nav>
      {section === 'text' && (
        <fieldset className="switch" aria-label={words.beside}>
          {(['suggest', 'authors'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={mode === one}
              onClick={() => onMode(mode === one ? 'plain' : one)}
            >
              {words.modes[one]}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}
