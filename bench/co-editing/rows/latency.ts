import { quantiles } from '../../gateway/report.ts';
import type { Side } from '../sides/side.ts';

/** Keystrokes each side is warmed up with, one upon the other's arrival: at 20 a second its code would be compiled only minutes later. */
const warm = 4_000;

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
  const type = async () => {
    const arrived = new Promise<void>((resolve) => {
      seen = resolve;
    });
    typedAt = performance.now();
    a.text.insert(a.text.length, 'x');
    await arrived;
    return performance.now() - typedAt;
  };
  const until = performance.now() + 30_000;
  for (let i = 0; i < warm && performance.now() < until; i++) await type();
  for (let i = 0; i < seconds * 20 + 20; i++) {
    const latency = await type();
    if (i >= 20) latencies.push(latency);
    await new Promise((resolve) => setTimeout(resolve, 50 - Math.min(45, latency)));
  }
  a.close();
  b.close();
  return quantiles(latencies);
}
