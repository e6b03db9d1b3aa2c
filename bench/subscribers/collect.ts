import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * Loaded before a program whose memory is read: at SIGUSR2 it collects its garbage, so that what is there then is what it holds, and writes to a file named as
 * its title how much that is.
 */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
  writeFileSync(join(tmpdir(), process.title), JSON.stringify(process.memoryUsage()));
});
