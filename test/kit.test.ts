/** What all services share. */
import './config.cases.ts';
import './feed.cases.ts';
import './feed-erasure.cases.ts';
import './feed-pages.cases.ts';
import './hints.cases.ts';
import './kit.cases.ts';
import './link.cases.ts';
import './rounds.cases.ts';
