import { createHash, createHmac } from 'node:crypto';

/** The four subgraphs and the Postgres schema each owns. */
export const subgraphSchemas = {
  networks: 'networks',
  members: 'members',
  'working-plans': 'working_plans',
  discussions: 'discussions',
} as const;
export type SubgraphName = keyof typeof subgraphSchemas;
export const subgraphNames = Object.keys(subgraphSchemas) as SubgraphName[];

export interface LoginRole {
  name: string;
  password: string;
}

/** Each subgraph's own login role in a database; its password follows from GATEWAY_SECRET, so that no process has to hand it to another. */
export function loginRole(database: string, subgraph: SubgraphName, secret: string): LoginRole {
  const whole = `${database}_${subgraphSchemas[subgraph]}`;
  // Postgres cuts names to 63 bytes: cut, two subgraphs would have one login
  const short = createHash('sha256').update(whole).digest('hex').slice(0, 24);
  const name = Buffer.byteLength(whole) <= 63 ? whole : `net4u_${subgraphSchemas[subgraph]}_${short}`;
  return { name, password: createHmac('sha256', secret).update(`postgres login ${name}`).digest('base64url') };
}

/** The owner's URL with a subgraph's login in it. */
export function loginUrl(ownerUrl: string, role: LoginRole): string {
  const url = new URL(ownerUrl);
  url.username = role.name;
  url.password = role.password;
  return url.toString();
}

export const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';
