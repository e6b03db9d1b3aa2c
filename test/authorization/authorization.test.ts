/** What the schema asks of who reads. */
import './fields.cases.ts';
import './gateway.cases.ts';
import './live.cases.ts';
import './random.cases.ts';
import './requirements.cases.ts';
import './standing.cases.ts';
