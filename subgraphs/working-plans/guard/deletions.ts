import * as Y from 'yjs';
import { fieldType } from '../document/fields.ts';
import { checkField } from './content.ts';
import type { Range } from './decode.ts';
import { marksNothing } from './formatting.ts';
import type { Places, Shared } from './place.ts';
import type { Structure } from './structure.ts';
import { forbidden, resync } from './verdict.ts';

/**
 * What an update deletes of what is here. Ranges that are deleted here already say nothing: an honest `encodeStateAsUpdate` carries everybody's
 * deletions. Ranges over the update's own structs were looked at with those.
 */
export class Deletions {
  effect = false;
  private readonly seen = new Set<Shared>();
  private readonly formats = new Map<Shared, Set<Y.Item>>();

  constructor(
    private readonly doc: Y.Doc,
    private readonly places: Places,
    private readonly structure: Structure,
  ) {}

  /** `end` is the clock up to which this client is known, the update's own structs included. */
  judge(client: number, ranges: readonly Range[], end: number): void {
    const last = ranges.at(-1);
    if (!last) return;
    // Else it would wait, and delete what its author has not yet typed.
    if (last.clock + last.len > end)
      resync(`Client ${client} is at clock ${end} here; ${last.clock + last.len} cannot be deleted`);
    const structs = this.doc.store.clients.get(client);
    if (!structs) return;
    const state = Y.getState(this.doc.store, client);
    for (const { clock, len } of ranges) {
      if (clock >= state) break;
      for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
        const struct = structs[index]!;
        if (struct.id.clock >= clock + len) break;
        if (!struct.deleted && struct instanceof Y.Item) this.judgeItem(struct);
      }
    }
  }

  /** What can be said only when every range has been seen. */
  finish(): void {
    for (const [text, removed] of this.formats) {
      const place = this.places.of(text);
      if (place && !marksNothing(text, removed)) this.structure.touch(place);
    }
  }

  private judgeItem(item: Y.Item): void {
    this.effect = true;
    const parent = item.parent as Shared;
    const key = item.parentSub;
    if (item.content instanceof Y.ContentFormat) {
      const formats = this.formats.get(parent) ?? new Set();
      this.formats.set(parent, formats.add(item));
      return;
    }
    if (key === null) {
      if (this.seen.has(parent)) return;
      this.seen.add(parent);
    }
    const place = this.places.of(parent);
    if (!place) return;
    if (place.role === 'nodes') forbidden(`Node ${key} cannot be removed; deleting it is a flag`);
    if (place.role !== 'node' && place.role !== 'locales') {
      this.structure.touch(place);
      return;
    }
    const { kind, nodeKey, field } = place;
    if (place.role === 'locales' || kind === undefined) forbidden(`${nodeKey}.${field || key} cannot lose ${key}`);
    const type = checkField(kind, nodeKey, key!, fieldType(kind, key!));
    if (type === 'text' || type === 'richText') forbidden(`${nodeKey}.${key} cannot be removed`);
    this.structure.touch(place, key!);
  }
}
