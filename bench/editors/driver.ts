import { setPriority } from 'node:os';
import { load } from '../../subgraphs/working-plans/document/state.ts';
import { createComparison } from '../../test/convergence/check.ts';
import { Ranges, readCharacters, wasDeleted } from '../../test/convergence/ledger.ts';
import { answerCalls } from '../gateway/process.ts';
import { Editor, type EditorOptions, type Moments } from './editor.ts';

/** What one of the processes that hold the editors has seen. Moments are of one clock for all processes of the machine. */
export interface Seen {
  typed: [id: string, at: number][];
  /** Of each observer, what arrived there. */
  arrived: [id: string, at: number][][];
  pushes: number[];
  saves: number[];
  keystrokes: number;
  refused: number;
}
export interface Verdict {
  diverged: string[];
  /** Until the last copy was the same, ms. */
  took: number;
  lost: number;
  acknowledged: number;
}
export interface Setting extends Omit<EditorOptions, 'observes' | 'random' | 'token'> {
  tokens: string[];
  /** How many of the editors note what arrives. */
  observers: number;
  /** They share this process with many. In life each has a machine of their own: what they take here is not to be taken from the platform. */
  givesWay: boolean;
}

/** A deletion that was acknowledged. */
export type Deletion = [client: number, clock: number, len: number];

let editors: Editor[] = [];

const describeUnsaved = (): string =>
  editors
    .filter(({ isSaved }) => !isSaved)
    .map(({ session: { view } }) => JSON.stringify({ status: view.status, rights: view.rights, refused: view.refused }))
    .join('\n');

answerCalls({
  async open({ tokens, observers, givesWay, ...rest }: Setting) {
    if (givesWay) setPriority(10);
    editors = tokens.map((token, n) => new Editor({ ...rest, token, observes: n < observers, random: Math.random }));
    for (const editor of editors) await editor.open();
  },
  start() {
    for (const editor of editors) editor.start();
  },
  /** Ends the typing, and answers once all is saved. */
  async settle(): Promise<void> {
    for (const editor of editors) editor.pause();
    for (const until = Date.now() + 60_000; !editors.every(({ isSaved }) => isSaved); ) {
      if (Date.now() > until)
        throw new Error(`not all is saved a minute after the last keystroke:\n${describeUnsaved()}`);
      await new Promise((look) => setTimeout(look, 50));
    }
  },
  deletions(): Deletion[] {
    return editors.flatMap(({ acknowledged: { deletions } }) =>
      [...deletions.byClient].flatMap(([client, ranges]) =>
        ranges.map(({ clock, len }): Deletion => [client, clock, len]),
      ),
    );
  },
  /**
   * Compares every copy with what the server gives to somebody new, as often as it takes for what is on its way to arrive, and looks for each acknowledged
   * character in it.
   * @param deletions of the editors of all processes: who types in one may be deleted by who types in another
   */
  async check(deletions: Deletion[]): Promise<Verdict> {
    const start = Date.now();
    let server = load((await editors[0]!.wire.open())!.update);
    const look = () => {
      const compare = createComparison(server);
      return editors.flatMap(({ session }, n) => {
        const difference = session.view.doc ? compare(session.view.doc) : 'has no document';
        return difference ? [`editor ${n + 1} ${difference}`] : [];
      });
    };
    let diverged = look();
    for (; diverged.length > 0 && Date.now() - start < 120_000; diverged = look()) {
      await new Promise((again) => setTimeout(again, 500));
      server = load((await editors[0]!.wire.open())!.update);
    }
    const took = Date.now() - start;
    const there = readCharacters(server);
    const deleted = new Ranges();
    for (const deletion of deletions) deleted.add(...deletion);
    let [lost, acknowledged] = [0, 0];
    for (const { acknowledged: own } of editors) {
      for (const [id, character] of own.characters) {
        acknowledged++;
        const [client, clock] = id.split(':').map(Number) as [number, number];
        const found = there.get(id);
        if (found === character) continue;
        if (found !== undefined || !wasDeleted(server, deleted, client, clock)) lost++;
      }
    }
    return { diverged, took, lost, acknowledged };
  },
  report(): Seen {
    const list = (moments: Moments) => [...moments];
    return {
      typed: editors.flatMap(({ typed }) => list(typed)),
      arrived: editors.filter(({ arrived }) => arrived.size > 0).map(({ arrived }) => list(arrived)),
      pushes: editors.flatMap(({ pushes }) => pushes),
      saves: editors.flatMap(({ saves }) => saves),
      keystrokes: editors.reduce((sum, { keystrokes }) => sum + keystrokes, 0),
      refused: editors.reduce((sum, { session }) => sum + session.view.refused.length, 0),
    };
  },
  async stop() {
    await Promise.all(editors.map((editor) => editor.stop()));
  },
});
