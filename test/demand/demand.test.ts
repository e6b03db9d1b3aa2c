/** What may be asked for at once, and how often. */
import './bombs.cases.ts';
import './cost.cases.ts';
import './pages.cases.ts';
import './persisted.cases.ts';
import './rates.cases.ts';
