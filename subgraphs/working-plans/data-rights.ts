import type { EntityManager } from 'typeorm';
import * as Y from 'yjs';
import type { DataSubject } from '../../kit/data-rights/rows.ts';

/** Text of one edit, in the order in which it was written: pieces of what was typed at several places stand apart. */
export interface TypedText {
  planId: string;
  editId: string;
  texts: string[];
}

/** What seats have typed into plans: it stands in no column, but in the bytes of their edits. */
export async function collectTyped(
  manager: EntityManager,
  { seatIds }: Pick<DataSubject, 'seatIds'>,
): Promise<{ typed: TypedText[] }> {
  const edits: { planId: string; editId: string; update: Uint8Array }[] = await manager.query(
    `SELECT plan_id AS "planId", edit_id AS "editId", update FROM plan_edit
     WHERE seat_id = ANY ($1) ORDER BY plan_id, epoch, seq`,
    [seatIds],
  );
  const typed: TypedText[] = [];
  for (const { planId, editId, update } of edits) {
    const texts = readTexts(update);
    if (texts.length > 0) typed.push({ planId, editId, texts });
  }
  return { typed };
}

/** Strings in an update, characters that follow each other as one. */
function readTexts(update: Uint8Array): string[] {
  const texts: string[] = [];
  let next: { client: number; clock: number } | undefined;
  for (const struct of Y.decodeUpdate(update).structs) {
    if (!(struct instanceof Y.Item)) continue;
    const { content, id, length } = struct;
    if (content instanceof Y.ContentString) {
      const isSame = next?.client === id.client && next.clock === id.clock;
      if (isSame) texts[texts.length - 1] += content.str;
      else texts.push(content.str);
      next = { client: id.client, clock: id.clock + length };
    } else if (content instanceof Y.ContentAny) {
      texts.push(...content.arr.filter((value): value is string => typeof value === 'string'));
      next = undefined;
    }
  }
  return texts;
}
