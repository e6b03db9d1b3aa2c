import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import WebSocket from 'ws';
import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import type { Actor, RequestContext } from '../../kit/context.ts';
import { createLog } from '../../kit/log.ts';
import { type RunningServer, serveSubgraph } from '../../kit/server.ts';
import { type SmallWorld, secret, startSmallWorld, until } from '../gateway.ts';
import { freePort } from '../port.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible", "@shareable"])';
export const membersSdl = `${link} scalar JSON
  type Query { me: Seat resolveActor(subject: String!, seat: ID): JSON @inaccessible membersRightsVersion: Int! @inaccessible }
  type Seat @key(fields: "id") { id: ID! name: String! @shareable readAs: String! viewerName: String }`;
export const networksSdl = `${link} scalar JSON
  type Query { entry: Entry resolvePartner(keyHash: String!): JSON @inaccessible partnersRightsVersion: Int! @inaccessible }
  type Subscription {
    entries(after: String, topic: String): Message!
    notes(after: String, size: Int): Entry!
  }
  union Message = Entry | Heartbeat | Reset | StreamClosing
  type Entry { n: Int! cursor: String! topic: String text: String by: Seat readAs: String! roles: [String!]! mood: Mood }
  type Heartbeat { at: Int! cursor: String! }
  type Reset { why: String! }
  type StreamClosing { reason: String! cursor: String! }
  enum Mood { CALM }
  type Seat @key(fields: "id") { id: ID! }`;

/** What the subgraph could answer besides, if the supergraph knew of it. */
export const withNames = (sdl: string): string =>
  sdl.replace(
    'type Seat @key(fields: "id") { id: ID! }',
    'type Seat @key(fields: "id") { id: ID! name: String! @shareable }',
  );

type Message = {
  __typename: string;
  [field: string]: string | number | null | undefined;
};
type Resolve = (source: never, args: Record<string, never>, context: RequestContext) => unknown;

/** One reader at the subgraph: first out of the log, a few at a time, then live. */
class Follow implements AsyncIterableIterator<Message> {
  #wake = () => {};
  #ended = false;
  #extra: Message[] = [];
  constructor(
    private readonly journal: Journal,
    private at: number,
    private readonly text: string | null,
    /** Whether its messages may be heartbeats: of `notes` they are not. */
    private readonly beats: boolean,
    greets: boolean,
  ) {
    if (greets) this.#extra.push(this.#heartbeat());
  }
  #heartbeat(): Message {
    return { __typename: 'Heartbeat', at: this.at, cursor: `c${this.at}` };
  }
  wake() {
    this.#wake();
  }
  beat() {
    if (this.beats && this.at === this.journal.head) this.say(this.#heartbeat());
  }
  say(message: Message) {
    this.#extra.push(message);
    this.#wake();
  }
  /** Says that it ends, and does. */
  async stop() {
    this.say({ __typename: 'StreamClosing', reason: 'SERVICE_STOPPING', cursor: `c${this.at}` });
    while (this.#extra.length > 0) await new Promise((resolve) => setImmediate(resolve));
    await this.return();
  }
  async next(): Promise<IteratorResult<Message>> {
    for (;;) {
      if (this.#ended) return { done: true, value: undefined };
      const extra = this.#extra.shift();
      if (extra) return { done: false, value: extra };
      if (this.at < this.journal.head) {
        if (this.at % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
        this.at += 1;
        return { done: false, value: { __typename: 'Entry', n: this.at, cursor: `c${this.at}`, text: this.text } };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  async return(): Promise<IteratorResult<Message>> {
    this.#ended = true;
    this.journal.opened.delete(this);
    this.#wake();
    return { done: true, value: undefined };
  }
  [Symbol.asyncIterator]() {
    return this;
  }
}

/** A log in the memory of the subgraph `networks`; it outlives the server. */
class Journal {
  head = 0;
  readonly opened = new Set<Follow>();
  /** As whom each subscription was opened. */
  readonly actors: Actor[] = [];
  append(count = 1) {
    this.head += count;
    for (const follow of this.opened) follow.wake();
  }
  open(actor: Actor, after: string | null | undefined, text: string | null, beats: boolean) {
    const follow = new Follow(this, after ? Number(after.slice(1)) : this.head, text, beats, beats && !after);
    this.actors.push(actor);
    this.opened.add(follow);
    return follow;
  }
}

export interface Person {
  role: string;
  organisation?: string;
}

export async function startLiveWorld(people: Record<string, Person>) {
  const journal = new Journal();
  let version = 1;
  let joins = 0;
  let readRights: () => Promise<void> = async () => {};
  let readVersion: () => Promise<void> = async () => {};
  const actorOf = (subject: string): Actor | null => {
    const person = people[subject];
    if (!person) return null;
    return {
      ...{ kind: 'SEAT', subject, personId: `person:${subject}`, seatId: `seat:${subject}`, networks: ['net:a'] },
      ...{ organisationId: person.organisation ?? 'org:1', rightsVersion: version },
      roles: [{ role: person.role as never, networkId: 'net:a', bodyId: null }],
    };
  };
  const serve = (name: string, sdl: string, resolvers: Record<string, unknown>, port = 0) =>
    serveSubgraph({
      ...{ name, secret, port, log: createLog('test', 'error', () => {}), createContext: (request) => request },
      schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }),
    });
  const roles: Resolve = (_, __, { actor }) => actor.roles.map(({ role }) => role);
  const members = await serve('members', membersSdl, {
    Query: {
      me: (_: unknown, __: unknown, { actor }: RequestContext) => ({ id: actor.seatId }),
      resolveActor: async (_: unknown, { subject }: { subject: string }) => {
        const found = actorOf(subject); // as it is at the time of the question
        await readRights();
        return found;
      },
      membersRightsVersion: async () => {
        const found = version;
        await readVersion();
        return found;
      },
    },
    Seat: {
      __resolveReference: (seat: object) => {
        joins += 1;
        return seat;
      },
      name: ({ id }: { id: string }) => `Seat ${id}`,
      readAs: (_: unknown, __: unknown, { actor }: RequestContext) => actor.seatId ?? 'nobody',
      viewerName: (_: unknown, __: unknown, { actor }: RequestContext) => actor.seatId ?? null,
    },
  });
  const follow = (name: string, greets: boolean) => ({
    subscribe: (_: unknown, args: { after?: string; size?: number }, { actor }: RequestContext) => {
      const messages = journal.open(actor, args.after, args.size ? `${'x'.repeat(args.size)}é🙂\u2028` : null, greets);
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        next: async () => {
          const { value, done } = await messages.next();
          return done ? { done, value } : { done: false, value: { [name]: value } };
        },
        return: () => messages.return(),
        throw: () => messages.return(),
      };
    },
  });
  const networksResolvers = {
    Query: { resolvePartner: () => null, partnersRightsVersion: () => 1 },
    Subscription: { entries: follow('entries', true), notes: follow('notes', false) },
    Entry: { roles, readAs: ((_, __, { actor }) => actor.seatId ?? 'nobody') as Resolve, by: () => ({ id: 'seat:9' }) },
    Seat: { name: ({ id }: { id: string }) => `Seat ${id}` },
  };
  const port = await freePort(); // it comes back where it was: nobody is given that meanwhile
  let networks: RunningServer = await serve('networks', withNames(networksSdl), networksResolvers, port);
  const compose = (sdl = networksSdl) =>
    composeSupergraph([
      { name: 'members', sdl: membersSdl, url: '' },
      { name: 'networks', sdl, url: '' },
    ]);
  const small: SmallWorld = await startSmallWorld({
    subgraphs: { members: members.url, networks: networks.url },
    supergraph: compose(),
  });
  const sockets: WebSocket[] = [];
  return {
    ...{ journal, small, compose },
    /** Entities of members that were fetched. */
    joins: () => joins,
    setRole(subject: string, role: string) {
      people[subject] = { ...people[subject], role };
      version += 1;
    },
    /** What a reading of rights waits for before it is answered. */
    delayRights(wait: () => Promise<void>) {
      readRights = wait;
    },
    /** What a reading of the rights version waits for before it is answered. */
    delayVersion(wait: () => Promise<void>) {
      readVersion = wait;
    },
    /** Ends the subgraph at once: its sockets break without a word. */
    async kill() {
      for (const follow of journal.opened) void follow.return();
      journal.opened.clear();
      await networks.stop();
    },
    async revive() {
      networks = await serve('networks', withNames(networksSdl), networksResolvers, port);
    },
    async connect(subject: string, claims: Record<string, unknown> = {}) {
      const client = await connect(
        small.gateway.url,
        await small.sign({ sub: subject, jti: `${Math.random()}`, ...claims }),
      );
      sockets.push(client.socket);
      return client;
    },
    async stop() {
      for (const socket of sockets) socket.terminate();
      await small.stop();
      await members.stop();
      await networks.stop();
    },
  };
}
export type LiveWorld = Awaited<ReturnType<typeof startLiveWorld>>;

// biome-ignore lint/suspicious/noExplicitAny: payloads are asserted on field by field
export type Payload = any;

export interface Operation {
  /** Payloads of `next`, in order. */
  got: Payload[];
  isOver: boolean;
  complete(): void;
}

/** A bare graphql-transport-ws client. */
export async function connect(url: string, token: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const operations = new Map<string, Operation>();
  const pongs: Payload[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  let isReady = false;
  let ids = 0;
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data));
    const operation = operations.get(id);
    if (type === 'connection_ack') isReady = true;
    else if (type === 'pong') pongs.push(payload);
    else if (type === 'next') operation?.got.push(payload);
    else if (type === 'error') {
      operation?.got.push({ errors: payload });
      if (operation) operation.isOver = true;
    } else if (type === 'complete' && operation) operation.isOver = true;
  });
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  await new Promise((resolve) => socket.once('open', resolve));
  send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await until(() => isReady || socket.readyState !== WebSocket.OPEN);
  return {
    ...{ socket, send, pongs, closed },
    follow(query: string, variables: Record<string, unknown> = {}): Operation {
      ids += 1;
      const id = `операция-🙂-${ids}`; // any text may be an id
      const complete = () => send({ type: 'complete', id });
      const operation: Operation = { got: [], isOver: false, complete };
      operations.set(id, operation);
      send({ type: 'subscribe', id, payload: { query, variables } });
      return operation;
    },
  };
}
export type Client = Awaited<ReturnType<typeof connect>>;

export const entries = `subscription ($after: String) { entries(after: $after) {
  __typename ... on Entry { n cursor } ... on Heartbeat { cursor } ... on Reset { why } } }`;
export const notes = 'subscription ($after: String) { notes(after: $after) { n cursor } }';

/** The numbers of the entries received. */
export const numbers = ({ got }: Operation, field = 'entries'): number[] =>
  got.flatMap(({ data }) => (data?.[field]?.n === undefined ? [] : [data[field].n]));
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
