import type { DataSource } from 'typeorm';
import * as Y from 'yjs';
import { AuthoredText } from '../entities/history.ts';
import { Seat, stub } from '../entities/stubs.ts';
import { SYSTEM_SEAT } from '../log.ts';

interface Run {
  text: string;
  client: number;
}

const most = 2_000; // stretches told apart

/**
 * Who wrote which words of a text as it stands: each struct knows its client id, and the server knows whom it gave that to. So it is true also after a
 * redaction, when the log begins anew. Lines of a rich text are parted by newlines, which are nobody's. After 2,000 stretches the rest of the text is one more,
 * of nobody.
 */
export async function readAuthorship(
  source: DataSource,
  planId: string,
  text: Y.Text | Y.XmlFragment,
): Promise<AuthoredText[]> {
  const runs: Run[] = [];
  if (text instanceof Y.XmlFragment) appendBlocks(text, runs);
  else appendRuns(text, runs);
  const rows: { client_id: number; seat_id: string }[] = await source.query(
    'SELECT client_id, seat_id FROM plan_client WHERE plan_id = $1 AND client_id = ANY($2)',
    [planId, [...new Set(runs.map(({ client }) => client))]],
  );
  const seats = new Map(rows.map((row) => [row.client_id, row.seat_id]));
  const authored: { text: string; seatId: string | null }[] = [];
  for (const { text: piece, client } of runs) {
    const owner = seats.get(client);
    const seatId = owner === undefined || owner === SYSTEM_SEAT ? null : owner;
    const last = authored.at(-1);
    if (authored.length === most && last?.seatId !== seatId && piece !== '\n')
      authored.push({ text: piece, seatId: null });
    else if (last && (authored.length > most || piece === '\n' || last.seatId === seatId)) last.text += piece;
    else authored.push({ text: piece, seatId });
  }
  return authored.map(({ text: piece, seatId }) =>
    Object.assign(new AuthoredText(), { text: piece, seat: seatId === null ? null : stub(Seat, { id: seatId }) }),
  );
}

function appendRuns(text: Y.Text, runs: Run[]): void {
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
    const last = runs.at(-1);
    if (last?.client === item.id.client) last.text += item.content.str;
    else runs.push({ text: item.content.str, client: item.id.client });
  }
}

function appendBlocks(parent: Y.XmlFragment, runs: Run[]): void {
  for (const child of parent.toArray()) {
    if (!(child instanceof Y.XmlElement)) continue;
    if (child.nodeName !== 'paragraph' && child.nodeName !== 'heading') {
      appendBlocks(child, runs);
      continue;
    }
    if (runs.length > 0) runs.push({ text: '\n', client: 0 });
    for (const inline of child.toArray()) {
      if (inline instanceof Y.XmlText) appendRuns(inline, runs);
      else runs.push({ text: '\n', client: 0 });
    }
  }
}
