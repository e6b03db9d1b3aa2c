import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { printSchemas } from './schemas.ts';

const changed = (file: string) =>
  `schema/${file} is no longer what the code prints. It is a wire contract: if the change is meant and old clients keep ` +
  'working, run `npm run schema`, read the difference as a client would, and commit it with the change.';

test.each(Object.entries(printSchemas()))('schema/%s is what the code prints', (file, printed) => {
  const committed = readFileSync(new URL(`../schema/${file}`, import.meta.url), 'utf8');
  if (committed !== printed) throw new Error(changed(file));
  expect(committed).toBe(printed);
});
