import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigurationError } from '../errors.ts';

/** The regions that this one is linked with. A key is read whenever a link connects, so that it can be put there, and replaced, while this runs. */
export const linkedRegions = ({ LINKS, LINK_KEYS, DATA_DIR }: Pick<Config, 'LINKS' | 'LINK_KEYS' | 'DATA_DIR'>) =>
  LINKS.map(({ region, url }) => ({
    region,
    url,
    readKey: () =>
      readFile(resolve(LINK_KEYS ?? resolve(DATA_DIR, 'links'), region), 'utf8').catch((error) => {
        throw new ConfigurationError(`LINK_KEYS: no key that ${region} issued can be read there (${error.code})`);
      }),
  }));
