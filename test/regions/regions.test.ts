/** What one region takes of another. */
import './honest.cases.ts';
import './link.cases.ts';
import './take.cases.ts';
