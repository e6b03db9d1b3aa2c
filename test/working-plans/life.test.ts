/** A plan from draft to closed. */
import './life-canonical.cases.ts';
import './life-decisions.cases.ts';
import './life-gateway.cases.ts';
import './life-marks.cases.ts';
import './life-races.cases.ts';
import './life-regions.cases.ts';
import './life-road.cases.ts';
import './life-start.cases.ts';
import './life-states.cases.ts';
import './states.cases.ts';
