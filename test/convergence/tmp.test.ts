import { jest, test } from '@jest/globals';
import { play } from './schedule.ts';
jest.spyOn(console, 'log').mockImplementation(() => {});
test('x', async () => {
  const [a, b] = process.env.RANGE!.split('-').map(Number);
  const counts: Record<string, number> = {};
  const start = process.cpuUsage(); const t = Date.now();
  for (let seed = a!; seed < b!; seed++) {
    const out = await play(seed).catch((e) => ({ failures: [String(e.stack)], counts: {} }));
    for (const [k, n] of Object.entries(out.counts)) counts[k] = (counts[k] ?? 0) + (n as number);
    if (out.failures.length) process.stderr.write(`SEED=${seed} ${out.failures.slice(0,2).join(' | ').slice(0, 400)}\n`);
  }
  const { user, system } = process.cpuUsage(start);
  process.stderr.write(JSON.stringify({ cpu: (user + system) / 1000 / (b! - a!), wall: (Date.now() - t) / (b! - a!), counts }) + '\n');
}, 1000000);
