/**
 * `npm run -s token -- PERSONA` prints a bearer token (8 h), `npm run -s token -- partner` the sample partner's key, and nothing else,
 * so that `$(...)` can use it. On any failure: one line on stderr, exit code 1.
 */
import { IssuerError } from './errors.ts';
import { readPartnerKey } from './keys.ts';
import { PARTNER } from './persona.ts';
import { signToken } from './sign.ts';

const dataDir = process.env.DATA_DIR || '.data';
const persona = process.argv[2] ?? '';
try {
  const token = persona === PARTNER ? await readPartnerKey(dataDir) : await signToken({ dataDir, persona });
  process.stdout.write(`${token}\n`);
} catch (error) {
  const { message } = error as Error;
  process.stderr.write(error instanceof IssuerError ? `${message}\n` : `cannot make a token: ${message}\n`);
  process.exitCode = 1;
}
