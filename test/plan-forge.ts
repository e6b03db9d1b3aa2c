import { readFileSync } from 'node:fs';
import * as Y from 'yjs';
import { buildPlanDocument, type PlanRecord } from '../subgraphs/working-plans/document/build.ts';
import { load, snapshot } from '../subgraphs/working-plans/document/state.ts';
import type { Rights } from '../subgraphs/working-plans/guard/verdict.ts';

export const RECORD: PlanRecord = JSON.parse(readFileSync(new URL('../seed/plan.json', import.meta.url), 'utf8'));
export const SEED = 16_777_217;

export const ALL: Rights = { owns: () => true, may: () => true };

export function samplePlan(): Y.Doc {
  return buildPlanDocument(RECORD, SEED);
}

/** A client's copy, with the id set after loading as the protocol has it. */
export function open(server: Y.Doc, clientId: number): Y.Doc {
  const doc = load(snapshot(server));
  doc.clientID = clientId;
  return doc;
}

export function nodeOf(doc: Y.Doc, key: string): Y.Map<unknown> {
  return doc.getMap<Y.Map<unknown>>('nodes').get(key)!;
}
export function textOf(doc: Y.Doc, key: string, field = 'title', locale = 'en'): Y.Text {
  return (nodeOf(doc, key).get(field) as Y.Map<Y.Text>).get(locale)!;
}
export function richOf(doc: Y.Doc, key: string, field = 'description', locale = 'en'): Y.XmlFragment {
  return (nodeOf(doc, key).get(field) as Y.Map<Y.XmlFragment>).get(locale)!;
}

/** The update that `change` makes. */
export function updateOf(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const updates: Uint8Array[] = [];
  const take = (update: Uint8Array) => updates.push(update);
  doc.on('update', take);
  doc.transact(() => change(doc));
  doc.off('update', take);
  return updates[0] ?? Y.encodeStateAsUpdate(doc, before);
}

type Struct = Y.Item | Y.GC | Y.Skip;
export interface Forgery {
  blocks?: { client: number; clock: number; structs: Struct[] }[];
  deletes?: [client: number, clock: number, len: number][];
}

/** Bytes that no Yjs client has to have made. */
export function forge({ blocks = [], deletes = [] }: Forgery): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  encoder.writeLen(blocks.length);
  for (const { client, clock, structs } of blocks) {
    encoder.writeLen(structs.length);
    encoder.writeClient(client);
    encoder.writeLen(clock);
    for (const struct of structs) struct.write(encoder, 0);
  }
  encoder.writeLen(deletes.length);
  for (const [client, clock, len] of deletes) {
    encoder.writeClient(client);
    encoder.writeLen(1);
    encoder.writeDsClock(clock);
    encoder.writeDsLen(len);
  }
  return encoder.toUint8Array();
}

export interface Anchors {
  origin?: Y.ID | null;
  right?: Y.ID | null;
  /** A root's name or the id of a type's struct; written only without anchors. */
  parent?: string | Y.ID | null;
  key?: string | null;
}
export function item(id: Y.ID, anchors: Anchors, content: Y.Item['content']): Y.Item {
  const { origin = null, right = null, parent = null, key = null } = anchors;
  return new Y.Item(id, null, origin, null, right, parent as Y.ID | null, key, content);
}

/** Seeded: the same numbers on every machine (mulberry32). */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A node as a client makes it, before it is in a document; entries that are undefined are left out. */
export function newNode(fields: object): Y.Map<unknown> {
  return new Y.Map(Object.entries(fields).filter(([, value]) => value !== undefined));
}
