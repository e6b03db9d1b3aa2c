/** Webhooks: what is pushed to partners, in which order, and what is not; with a receiver on this machine. */
import './webhooks-delivery.cases.ts';
import './webhooks-failures.cases.ts';
import './webhooks-rights.cases.ts';
import './webhooks-addresses.cases.ts';
import './webhooks-answers.cases.ts';
import './webhooks-turns.cases.ts';
import './webhooks-killed.cases.ts';
