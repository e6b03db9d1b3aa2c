/** Tabs without a browser, on the whole platform. */
import './faults.cases.ts';
import './presence.cases.ts';
import './sync.cases.ts';
