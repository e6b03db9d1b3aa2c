/** The parts of a plan: made, moved, and read. */
import './commands.cases.ts';
import './evidence.cases.ts';
import './made-at-once.cases.ts';
import './nodes.cases.ts';
import './nodes-once.cases.ts';
import './nodes-refused.cases.ts';
import './nodes-walk.cases.ts';
import './positions.cases.ts';
import './replace.cases.ts';
import './similar.cases.ts';
