/** Decisions, from the question to the record. */
import './decisions.cases.ts';
import './decisions-gateway.cases.ts';
import './decisions-input.cases.ts';
import './decisions-policy.cases.ts';
import './decisions-processes.cases.ts';
import './decisions-rights.cases.ts';
