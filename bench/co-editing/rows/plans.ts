import { quantiles } from '../../gateway/report.ts';
import { cpuOf } from '../sides/process.ts';
import type { Editor, Side } from '../sides/side.ts';

/** So many plans of two editors; one of each pair types `rate` keystrokes a second, 5 s to warm up and then `seconds`. @returns ms to the other, and cores that the servers took */
export async function measurePlans(side: Side, plans: number, rate: number, seconds: number) {
  const pairs: [Editor, Editor][] = [];
  for (let i = 0; i < plans; i++) {
    const id = await side.create(0);
    pairs.push([await side.edit(id), await side.edit(id)]);
  }
  const type = (seconds: number, latencies: number[]) =>
    Promise.all(
      pairs.map(async ([a, b], n) => {
        await new Promise((resolve) => setTimeout(resolve, (n * 1_000) / rate / plans));
        for (let i = 0; i < seconds * rate; i++) {
          const typedAt = performance.now();
          await new Promise<void>((resolve) => {
            b.onArrival = resolve;
            a.text.insert(a.text.length, 'x');
          });
          latencies.push(performance.now() - typedAt);
          await new Promise((resolve) =>
            setTimeout(resolve, Math.max(1, 1_000 / rate - (performance.now() - typedAt))),
          );
        }
      }),
    );
  await type(5, []);
  const latencies: number[] = [];
  const [cpu, at] = [cpuOf(side.pids()), performance.now()];
  await type(seconds, latencies);
  const cores = (cpuOf(side.pids()) - cpu) / 1_000 / (performance.now() - at);
  for (const pair of pairs) for (const editor of pair) editor.close();
  return { ...quantiles(latencies), cores };
}
