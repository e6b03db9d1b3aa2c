import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type SmallWorld, startSmallWorld } from './gateway.ts';

describe('gateway audits', () => {
  let world: SmallWorld;
  let authorization: string;
  beforeAll(async () => {
    world = await startSmallWorld({ production: false }); // the audits read the schema
    authorization = `Bearer ${await world.sign()}`;
  });
  afterAll(() => world.stop());

  const audits = serverAudits({
    url: () => `${world.gateway.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), authorization } }),
  });

  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});
