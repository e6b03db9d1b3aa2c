import { type ServiceName, start } from '../../start.ts';
import { answerCalls } from '../gateway/process.ts';
import { startCounting } from './count.ts';

const counts = startCounting();

/** Services of the platform as start.ts runs them, each on a port of its own, in one process. */
answerCalls({
  /** @returns where each answers */
  async start({ services, env }: { services: ServiceName[]; env: Record<string, string> }) {
    const urls: Record<string, string> = {};
    for (const service of services) urls[service] = (await start({ env, services: [service], page: false })).url;
    return urls;
  },
  counts: () => counts,
});
