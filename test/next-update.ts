import { expect } from '@jest/globals';
import type { Answer, Following } from './people.ts';

/**
 * The next update of a stream of networkUpdates that is asked for its __typename. Every 20 s of the platform's own time a heartbeat comes to every reader,
 * also in the moment between what is done and what is told of it.
 */
export async function nextUpdate(updates: Following): Promise<Answer['data']> {
  for (;;) {
    const { data, errors } = await updates.next();
    expect(errors).toBeUndefined();
    if (data.networkUpdates.__typename !== 'Heartbeat') return data.networkUpdates;
  }
}
