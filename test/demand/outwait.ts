/**
 * Asks until it is refused, and then waits for as long as that refusal says: one of before may have told of less, as others have had what has come since.
 * @param ask to `retryAfterMs` of a refusal, undefined of an answer
 */
export async function outwait(ask: () => Promise<number | undefined>): Promise<void> {
  let told = await ask();
  while (told === undefined) told = await ask();
  const until = performance.now() + told; // a timer alone may be early by some ms
  while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, until - performance.now()));
}
