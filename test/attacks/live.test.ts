/** The same on open streams. */
import './live-classes.cases.ts';
import './live-rights.cases.ts';
import './live-sockets.cases.ts';
import './streams.cases.ts';
