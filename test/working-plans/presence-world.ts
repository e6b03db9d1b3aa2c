import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { createAssertionSigner } from '../../kit/assertion.ts';
import type { Actor } from '../../kit/context.ts';
import { type Answer, actors, am, base64, type Copy, type Instance, joint, type Name, secret } from './subgraph.ts';

const signer = createAssertionSigner(secret);

/** Somebody of the americas who only reads, and there may be as many as you like. */
export const reader = (name: string): Actor => ({
  kind: 'SEAT',
  subject: `persona:${name}`,
  seatId: `seat:${name}`,
  organisationId: `org:${name}`,
  networks: [am],
  roles: [{ role: 'MEMBER_REP', networkId: am, bodyId: null }],
  rightsVersion: 1,
});

export interface Entry {
  clientKey: string;
  seat: { id: string } | null;
  [field: string]: unknown;
}
export interface List {
  totalCount: number;
  people: Entry[];
}
export interface Watching {
  lists: List[];
  last(): List | undefined;
  /** Waits until the newest list is so. */
  until(is: (list: List) => boolean, within?: number): Promise<List>;
  /** The errors that ended it; undefined if it ended without. */
  ended: Promise<Answer['errors']>;
  close(): void;
}

const fields = 'totalCount people { clientKey seat { id } nodeId field locale anchor head at region since }';

/** Follows a plan's presence on a socket of its own. */
export async function watch(here: Instance, who: Name | Actor, tab?: string, planId = joint): Promise<Watching> {
  const client = createClient({ url: here.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const actor = await signer.sign(typeof who === 'string' ? actors[who] : who, 'working-plans');
  const lists: List[] = [];
  let wake = () => {};
  let end: (errors: Answer['errors']) => void = () => {};
  const ended = new Promise<Answer['errors']>((resolve) => {
    end = resolve;
  });
  const unsubscribe = client.subscribe<{ planPresence: List }>(
    {
      query: `subscription ($planId: ID!, $tab: ID) { planPresence(planId: $planId, tab: $tab) { ${fields} } }`,
      variables: { planId, tab },
      extensions: { actor },
    },
    {
      next({ data, errors }) {
        if (errors) end(errors as never);
        else if (data) lists.push(data.planPresence);
        wake();
      },
      error: (errors) => end(errors as never),
      complete: () => end(undefined),
    },
  );
  return {
    lists,
    last: () => lists.at(-1),
    until: (is, within = 60_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`the last list: ${JSON.stringify(lists.at(-1))}`)), within);
        wake = () => {
          const last = lists.at(-1);
          if (!last || !is(last)) return;
          clearTimeout(late);
          resolve(last);
        };
        wake();
      }),
    ended,
    close() {
      unsubscribe();
      void client.dispose();
    },
  };
}

/** @param place over a tab that is nowhere in particular */
export const set = (here: Instance, who: Name, tab: string | null, place: object = {}): Promise<Answer> =>
  here.ask(
    who,
    `mutation ($planId: ID!, $tab: ID, $at: Cursor, $nodeId: ID, $field: String, $locale: String, $anchor: String, $head: String) {
      setPlanPresence(planId: $planId, tab: $tab, at: $at, nodeId: $nodeId, field: $field, locale: $locale, anchor: $anchor, head: $head) }`,
    { planId: joint, tab, ...place },
  );

/** A place in a title, as a client makes it. */
export const positionIn = (copy: Copy, index: number, key?: string): string =>
  base64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(copy.text(key), index)));
