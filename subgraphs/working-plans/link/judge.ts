import * as Y from 'yjs';
import { applyEdits, load, snapshot } from '../document/state.ts';
import { judge } from '../guard/judge.ts';
import { REPLICATED_LIMITS, touchedBy } from '../guard/verdict.ts';
import { type Entry, SYSTEM_SEAT } from '../log.ts';
import type { Item } from './ask.ts';
import type { Aside } from './store.ts';

const mostRounds = 3; // over what waits for something later in the same batch

type Incoming = Omit<Item, 'cursor'>;
/** An item that may be appended, as an entry for the plan in `epoch`. */
export type Passed = Incoming & { entry: Entry };

/** What of a plan is known here while items are judged, which takes no moment in which it could change. */
export interface Known {
  planId: string;
  doc: Y.Doc;
  epoch: number;
  /** REGION_NUMBER here. */
  regionNumber: number;
  /** Client ids of this plan with their seats. */
  seats: ReadonlyMap<number, string>;
}

export interface Judged {
  passed: Passed[];
  /** They build on what is not here. */
  waiting: Aside[];
  refused: Aside[];
}

/**
 * Judges a peer's own edits, each on what stands before it. Rights were judged by the peer, under its seats; here: is it an edit of a plan's structure, do its
 * client ids belong to the peer and to the seat that it names, do its clocks go on where they stood.
 *
 * A node or locale that both regions have made under one key is no ground for refusal: Yjs keeps the same one in both.
 */
export function judgeItems(items: readonly Incoming[], known: Known, regionNumber: number): Judged {
  const judged: Judged = { passed: [], waiting: [], refused: [] };
  const draft = new Draft(known.doc);
  const seats = new Map(known.seats);
  let pending: readonly Incoming[] = items;
  for (let round = 0; round < mostRounds && pending.length > 0; round++) {
    const before = judged.passed.length;
    judged.waiting = [];
    for (const item of pending) judgeItem(item, draft, seats);
    if (judged.passed.length === before) break;
    pending = judged.waiting;
  }
  return judged;

  function judgeItem(item: Incoming, { doc }: Draft, seats: Map<number, string>): void {
    let repeats = false;
    const owns = (clientId: number) => {
      const number = clientId >>> 24;
      // An update may repeat what others wrote that its writer knew: of a third region, by whose own link it comes, or what waits here before it.
      if (number !== known.regionNumber && (number !== regionNumber || judged.waiting.length > 0)) repeats = true;
      const seat = seats.get(clientId);
      if (seat !== undefined && seat !== item.seatId) return false;
      if (number === regionNumber) return true;
      // a shipped plan that came to the peer alone
      return number === 0 && item.seatId === SYSTEM_SEAT && Y.getState(doc.store, clientId) === 0;
    };
    const verdict = judge(item.update, doc, { owns, may: () => true }, REPLICATED_LIMITS);
    if (!verdict.ok) {
      const reason = repeats && verdict.code === 'FORBIDDEN' ? 'RESYNC' : verdict.code;
      (reason === 'RESYNC' ? judged.waiting : judged.refused).push({ ...item, reason });
      return;
    }
    if (!verdict.effect) return;
    for (const { clientId } of verdict.clients) seats.set(clientId, item.seatId);
    draft.add(item.update);
    judged.passed.push({ ...item, entry: toEntry(item, known, verdict) });
  }
}

/** Whether a peer that says "this edit is yours" says it of something that is not here. */
export function isNews(update: Uint8Array, doc: Y.Doc): boolean {
  const verdict = judge(update, doc, { owns: () => true, may: () => true }, REPLICATED_LIMITS);
  return !verdict.ok || verdict.effect;
}

function toEntry(
  item: Incoming,
  { planId, epoch, doc }: Known,
  verdict: Extract<ReturnType<typeof judge>, { ok: true }>,
): Entry {
  return {
    planId,
    epoch,
    // no editor's own, since it has spaces
    editId: `of ${item.region} ${item.originSeq}`,
    seatId: item.seatId,
    region: item.region,
    originSeq: item.originSeq,
    // after a redaction nothing is written down again that is here already: it might be what was redacted
    update: epoch > 1 ? Y.diffUpdate(item.update, Y.encodeStateVector(doc)) : item.update,
    clients: verdict.clients,
    touched: touchedBy(verdict.changes),
    forced: true,
  };
}

/** A document as it will be: a copy is made only once something is added to it and it is looked at again. */
class Draft {
  #copy: Y.Doc | undefined;
  #added: Uint8Array[] = [];
  constructor(private readonly base: Y.Doc) {}

  get doc(): Y.Doc {
    if (this.#added.length > 0) {
      this.#copy ??= load(snapshot(this.base));
      applyEdits(this.#copy, this.#added.splice(0));
    }
    return this.#copy ?? this.base;
  }

  add(update: Uint8Array): void {
    this.#added.push(update);
  }
}
