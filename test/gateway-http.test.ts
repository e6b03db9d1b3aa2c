/** The gateway’s HTTP, request by request. */
import './gateway-audits.cases.ts';
import './gateway-exchange.cases.ts';
import './gateway-headers.cases.ts';
import './gateway-http.cases.ts';
import './gateway-request-ids.cases.ts';
