/** What somebody may try who has less than they want. */
import './assertions.cases.ts';
import './deferred.cases.ts';
import './roles.cases.ts';
import './sockets.cases.ts';
import './words.cases.ts';
