import { ApiError } from '../../../kit/errors.ts';

const remembered = 10_000; // keys, before those that are full again are forgotten

/**
 * How often each of many may do something: `perSecond`, and twice as many at once. Of each only the moment is kept at which it has its whole allowance again.
 * @returns throws ApiError RATE_LIMITED with `extensions.retryAfterMs`
 */
export function createRate(perSecond: number, now: () => number): (key: string) => void {
  const fullAt = new Map<string, number>();
  const each = 1_000 / perSecond;
  return (key) => {
    const time = now();
    const at = Math.max(fullAt.get(key) ?? 0, time) + each;
    const over = Math.ceil(at - time - 2_000);
    if (over > 0) {
      throw new ApiError('RATE_LIMITED', `You say too often where you are: send the newest again in ${over} ms.`, {
        retryAfterMs: over,
      });
    }
    if (fullAt.size >= remembered) for (const [one, moment] of fullAt) if (moment <= time) fullAt.delete(one);
    fullAt.set(key, at);
  };
}
