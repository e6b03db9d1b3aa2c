/** The parts of the page’s client that need no server. */
import './claims.cases.ts';
import './cut.cases.ts';
import './difference.cases.ts';
import './losses.cases.ts';
import './operations.cases.ts';
import './text-change.cases.ts';
