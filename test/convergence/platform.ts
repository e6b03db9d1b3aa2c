import { signToken } from '../../issuer/sign.ts';
import { start } from '../../start.ts';

/** The platform in this process with two instances of working-plans, each behind a gateway of its own. */
export interface Platform {
  /** Ports of the two gateways. */
  ports: [number, number];
  token(persona: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startPlatform(databaseUrl: string, redisUrl: string, dataDir: string): Promise<Platform> {
  const ending: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  };
  const shared = {
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: dataDir,
    GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
    CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
  };
  const run = async (service: 'gateway' | 'networks' | 'members' | 'working-plans' | 'discussions', env: object) => {
    const running = await start({ env: { ...shared, ...env }, services: [service], page: false });
    ending.push(running.stop);
    return running.url;
  };
  try {
    const stored = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, OIDC_ISSUER: 'http://127.0.0.1:9' };
    const first = await run('networks', stored);
    const [members, discussions] = [await run('members', stored), await run('discussions', stored)];
    const plans = [await run('working-plans', stored), await run('working-plans', stored)];
    const gateways: string[] = [];
    for (const at of plans) {
      const urls = { NETWORKS_URL: first, MEMBERS_URL: members, WORKING_PLANS_URL: at, DISCUSSIONS_URL: discussions };
      // The second takes the first's issuer, or the tokens of one would be strange to the other.
      const issuer = gateways[0] && { OIDC_ISSUER: `${gateways[0]}/issuer` };
      gateways.push(await run('gateway', { ...urls, ...issuer }));
    }
    return {
      ports: gateways.map((url) => Number(new URL(url).port)) as [number, number],
      token: (persona) => signToken({ dataDir, persona }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
