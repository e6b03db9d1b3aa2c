import { readFileSync } from 'node:fs';

/** The operations that client programs rely on, as they stand in schema/operations/. */
const read = (file: string) => readFileSync(new URL(`../../schema/operations/${file}`, import.meta.url), 'utf8');

export const unified = read('unified.graphql');
export const planLive = read('plan-live.graphql');
export const networkUpdates = read('network-updates.graphql');
