/** Engagements with governments. */
import './engagements.cases.ts';
import './engagements-rights.cases.ts';
