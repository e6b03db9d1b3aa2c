import { type ServiceName, start } from '../../start.ts';

/** What `start.ts` runs, without building the page. */
const services = process.argv.slice(2) as ServiceName[];
const { url, stop } = await start({ env: process.env, services, page: false });
process.stderr.write(`${services.join(', ')} at ${url}\n`);
process.on('SIGTERM', () => void stop().then(() => process.exit(0)));
