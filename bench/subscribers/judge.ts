/** Counts of deliveries. */
export interface Verdict {
  /** That were to come. */
  due: number;
  missed: number;
  /** That came after one of the same network that was later in the log. */
  reordered: number;
  doubled: number;
  /** That were not for this subscriber. */
  leaked: number;
}

/** @param due by source, the updates that one subscriber is to have had, in the order of the log */
export function judge(due: Record<string, string[]>, arrivals: readonly { id: string; source: string }[]): Verdict {
  const verdict: Verdict = { due: 0, missed: 0, reordered: 0, doubled: 0, leaked: 0 };
  const seen = new Set<string>();
  const last = new Map<string, number>();
  const places = new Map(
    Object.entries(due).map(([source, ids]) => [source, new Map(ids.map((id, place) => [id, place]))]),
  );
  for (const { id, source } of arrivals) {
    const place = places.get(source)?.get(id);
    if (place === undefined) verdict.leaked += 1;
    else if (seen.has(id)) verdict.doubled += 1;
    else {
      seen.add(id);
      if (place < (last.get(source) ?? -1)) verdict.reordered += 1;
      else last.set(source, place);
    }
  }
  for (const ids of Object.values(due)) {
    verdict.due += ids.length;
    verdict.missed += ids.filter((id) => !seen.has(id)).length;
  }
  return verdict;
}
