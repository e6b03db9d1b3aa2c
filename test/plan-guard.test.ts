/** What an edit may change. */
import './plan-document.cases.ts';
import './plan-guard.cases.ts';
import './plan-guard-fuzz.cases.ts';
