/** What people do from one end of the platform to the other. */
import './live-plan.cases.ts';
import './presence.cases.ts';
import './privacy.cases.ts';
import './unified.cases.ts';
import './updates.cases.ts';
