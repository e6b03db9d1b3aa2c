import { writeFile } from 'node:fs/promises';
import { changelogFile, clientSchema, printRelease, read, release, releasedFile } from './schema-changes.ts';
import { printSchemas } from './schemas.ts';

/*
 * `npm run schema`: writes the four printed SDLs and the supergraph into schema/.
 * `npm run schema -- release 0.2.0`: also names what the changelog holds of what comes next, and keeps the graph that clients see, against which later changes are checked.
 */
for (const [file, text] of Object.entries(printSchemas()))
  await writeFile(new URL(`../schema/${file}`, import.meta.url), text);
const [command, version = ''] = process.argv.slice(2);
if (command === 'release') {
  await writeFile(changelogFile, release(read(changelogFile), version, new Date().toISOString().slice(0, 10)));
  await writeFile(releasedFile, printRelease(clientSchema()));
}
