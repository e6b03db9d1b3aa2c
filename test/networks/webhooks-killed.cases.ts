import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { start } from '../../subgraphs/networks/server.ts';
import { eventOf, idOf, onceEach } from './webhook-receiver.ts';
import { another, endpoint, publish, world } from './webhook-stage.ts';

const count = 60;

describe('a process that is killed while it sends', () => {
  test('is followed by another: nothing is lost or comes in another order, and what comes twice has its id', async () => {
    const { place } = await endpoint('/killed', 'UG');
    // The update is taken, and nothing of it written down, when its process dies.
    place.answer((_one, number) => {
      if (number === 20) another.process.kill('SIGKILL');
      return number === 20 ? 'never' : 200;
    });
    await another.isThere;
    const isGone = once(another.process, 'exit'); // it may be before what is published is known here to be
    await world.server.stop();
    await publish(
      Array.from({ length: count }, (_one, number) => `workingplan/${number}`),
      { countries: ['UG'] },
    );
    await isGone;
    const after = await start(world.options);
    try {
      const arrived = await place.until((all) => onceEach(all).length === count);
      expect(onceEach(arrived).map((one) => eventOf(one).data.planId)).toEqual(
        Array.from({ length: count }, (_one, number) => `workingplan/${number}`),
      );
      const again = arrived.filter((one, index) => arrived.findIndex((other) => idOf(other) === idOf(one)) !== index);
      expect(again.map((one) => eventOf(one).data.planId)).toContain('workingplan/19');
      expect(again.length).toBeLessThan(5);
    } finally {
      await after.stop();
    }
  });
});
