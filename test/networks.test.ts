/** The networks subgraph: its records, its updates, and who takes them. */
import './network-changes.cases.ts';
import './network-updates.cases.ts';
import './networks.cases.ts';
import './partner-keys.cases.ts';
import './partners.cases.ts';
