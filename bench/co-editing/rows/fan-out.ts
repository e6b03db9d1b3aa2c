import { clock, type Remote } from '../../gateway/process.ts';
import { cpuOf } from '../sides/process.ts';
import type { Side } from '../sides/side.ts';

export interface FanOut {
  /** ms from the keystroke to a reader's socket. */
  p50: number;
  p99: number;
  /** Of the serving processes, of one core, at 20 edits a second. */
  busy: number;
  /** µs of CPU a delivery when edits come as fast as they are taken. */
  cost: number;
}

/** One types at 20 keystrokes a second, `count` read; then as fast as it goes, for the price of one delivery. */
export async function measureFanOut(side: Side, readers: Remote, count: number, seconds: number): Promise<FanOut> {
  const id = await side.create(10);
  await readers.call('open', { subscription: await side.subscription(id), readers: count });
  const writer = await side.edit(id);
  let edits = 0;
  const type = async () => {
    await readers.call('sent', [clock()]); // before it can arrive
    writer.text.insert(writer.text.length, 'x');
    edits += 1;
  };
  const settled = async () => {
    for (const end = Date.now() + 60_000; (await readers.call('total')) < edits * count; ) {
      if (Date.now() > end) throw new Error(`${await readers.call('total')} of ${edits * count} deliveries`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  for (let i = 0; i < 20; i++) {
    await type();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await settled();
  await readers.call('take');
  const [cpu, at] = [cpuOf(side.pids()), performance.now()];
  for (let i = 0; i < seconds * 20; i++) {
    const begun = performance.now();
    await type();
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, 50 - (performance.now() - begun))));
  }
  await settled();
  const busy = (cpuOf(side.pids()) - cpu) / 1_000 / (performance.now() - at);
  const { p50, p99 } = await readers.call('take');

  const flat = cpuOf(side.pids());
  const from = edits;
  for (const end = performance.now() + seconds * 500; performance.now() < end; ) {
    await type();
    await writer.saved();
  }
  await settled();
  const cost = (cpuOf(side.pids()) - flat) / ((edits - from) * count);
  await readers.call('close');
  writer.close();
  return { p50, p99, busy, cost };
}
