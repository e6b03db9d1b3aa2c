/** Answers in pieces. */
import './defer.cases.ts';
import './defer-http.cases.ts';
import './defer-journey.cases.ts';
import './defer-random.cases.ts';
