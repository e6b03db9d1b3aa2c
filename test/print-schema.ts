import { writeFile } from 'node:fs/promises';
import { printSchemas } from './schemas.ts';

/** `npm run schema`: writes the four printed SDLs and the supergraph into schema/. */
for (const [file, text] of Object.entries(printSchemas()))
  await writeFile(new URL(`../schema/${file}`, import.meta.url), text);
