import { quantiles } from '../../gateway/report.ts';
import type { Side } from '../sides/side.ts';

/** ms from a keystroke in A's document to its being in B's, at 20 keystrokes a second. @param instances A and B are at different servers when 2 */
export async function measureLatency(
  side: Side,
  seconds: number,
  instances = 1,
): Promise<{ p50: number; p99: number }> {
  const id = await side.create(100);
  const a = await side.edit(id, 0);
  const b = await side.edit(id, instances - 1);
  const latencies: number[] = [];
  let typedAt = 0;
  let seen = () => {};
  b.onArrival = () => seen();
  for (let i = 0; i < seconds * 20 + 40; i++) {
    const arrived = new Promise<void>((resolve) => {
      seen = resolve;
    });
    typedAt = performance.now();
    a.text.insert(a.text.length, 'x');
    await arrived;
    if (i >= 40) latencies.push(performance.now() - typedAt); // the first two seconds warm it up
    await new Promise((resolve) => setTimeout(resolve, 50 - Math.min(45, performance.now() - typedAt)));
  }
  a.close();
  b.close();
  return quantiles(latencies);
}
