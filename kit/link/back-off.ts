const first = 1_000; // ms
const longest = 60_000;
const longestUnanswered = 2_000;
const patience = 15 * 60_000;

/**
 * How long to wait before the next try, in ms.
 * @param failures tries since the peer was last heard
 * @param unanswered nobody answered: no refusal of the peer, whom many tries would burden
 * @param silence ms since the peer was last heard
 */
export function backOff(
  failures: number,
  { unanswered, silence, random }: { unanswered: boolean; silence: number; random: () => number },
): number {
  const cap = unanswered && silence < patience ? longestUnanswered : longest;
  const delay = Math.min(cap, first * 2 ** Math.min(failures, 16));
  return Math.round(delay * (0.5 + random() / 2));
}
