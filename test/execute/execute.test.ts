/** From an operation and its plan to the answer. */
import './entities.cases.ts';
import './failure.cases.ts';
import './merge.cases.ts';
import './operations.cases.ts';
import './override.cases.ts';
import './planner.cases.ts';
import './random.cases.ts';
import './representations.cases.ts';
import './shape.cases.ts';
import './subscribe.cases.ts';
