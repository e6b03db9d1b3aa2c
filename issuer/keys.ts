import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { IssuerError } from './errors.ts';
import type { Persona } from './persona.ts';

/** The one algorithm of the development issuer, for access tokens and id tokens. */
export const ALGORITHM = 'ES256';

/** What the token command needs to know about the running platform. */
export interface Identity {
  issuer: string;
  audience: string;
  personas: Pick<Persona, 'id' | 'subject'>[];
}

/** The content of `<dataDir>/dev/issuer.json` (0600, in a 0700 directory). */
export interface Keys extends Identity {
  /** Private ES256 key with `kid`. */
  key: JWK & { kid: string };
  /** Sign the issuer's cookies, newest first. */
  cookieKeys: string[];
}

const directoryOf = (dataDir: string) => join(dataDir, 'dev');
const fileOf = (dataDir: string) => join(directoryOf(dataDir), 'issuer.json');

/**
 * Reads the kept keys; makes them when there are none. The file then says `identity`; the keys never change.
 * @throws IssuerError BAD_FILE when a file is there that holds no usable keys: replacing it would end every open sign-in.
 */
export async function keepKeys(dataDir: string, identity: Identity): Promise<Keys> {
  await mkdir(directoryOf(dataDir), { recursive: true, mode: 0o700 });
  await chmod(directoryOf(dataDir), 0o700);
  const kept = (await read(dataDir)) ?? (await make(dataDir, identity));
  const keys = { ...identity, key: kept.key, cookieKeys: kept.cookieKeys };
  await write(dataDir, keys, rename);
  return keys;
}

/** @throws IssuerError NOT_STARTED when no platform was started with this data directory, BAD_FILE. */
export async function readKeys(dataDir: string): Promise<Keys> {
  const keys = await read(dataDir);
  if (!keys) throw notStarted(fileOf(dataDir));
  return keys;
}

/** The sample partner's key, from `<dataDir>/dev/partner-key`. @throws IssuerError NOT_STARTED */
export async function readPartnerKey(dataDir: string): Promise<string> {
  const file = join(directoryOf(dataDir), 'partner-key');
  const key = (await readIfThere(file))?.trim();
  if (!key) throw notStarted(file);
  return key;
}

function notStarted(file: string) {
  return new IssuerError(
    'NOT_STARTED',
    `${file} is not there: start the platform first with \`npm start\` (or set DATA_DIR)`,
  );
}

async function make(dataDir: string, identity: Identity): Promise<Keys> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALGORITHM, use: 'sig' };
  const keys = { ...identity, key, cookieKeys: [randomBytes(32).toString('base64url')] };
  try {
    // link refuses an existing name: of two processes that start together on one empty directory, both use the first one's keys.
    await write(dataDir, keys, link);
    return keys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKeys(dataDir);
  }
}

/** Whole or not at all: a reader never sees half a file. */
async function write(dataDir: string, keys: Keys, place: (from: string, to: string) => Promise<void>) {
  const draft = `${fileOf(dataDir)}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await place(draft, fileOf(dataDir));
  } finally {
    await rm(draft, { force: true });
  }
}

async function read(dataDir: string): Promise<Keys | undefined> {
  const file = fileOf(dataDir);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const bad = (cause?: unknown) =>
    new IssuerError('BAD_FILE', `${file} holds no usable keys: delete it and start again to have new ones made`, {
      cause,
    });
  let keys: Keys;
  try {
    keys = JSON.parse(text);
  } catch (cause) {
    throw bad(cause);
  }
  const { key, cookieKeys, issuer, audience, personas } = keys ?? {};
  const usable = key?.d && key.kid && key.alg === ALGORITHM && cookieKeys?.length && issuer && audience && personas;
  if (!usable) throw bad();
  return keys;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
