import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Actor } from '../../kit/context.ts';
import { coerceVariables } from '../execute/execute.ts';
import type { PlannedOperation } from '../execute/index.ts';
import { prepareSource } from '../execute/source.ts';
import type { Prepared } from '../operations.ts';
import type { Standing } from '../planner.ts';
import type { Stream } from '../streams.ts';
import type { Graph, Graphs } from '../supergraph/graph.ts';
import type { Observer } from '../telemetry/observe.ts';
import type { GatewayContext, Wire } from '../wire/wire.ts';
import { type Asked, judge } from './alone.ts';
import type { Patience } from './branch.ts';
import { afterVariable, type Followable, findFollowable } from './followable.ts';
import { gather } from './gather.ts';
import { createLeaving } from './leaving.ts';
import type { Outlet } from './outlet.ts';
import { type DeliveryCounters, Reader } from './reader.ts';
import { classOf, ownClassOf, type RightsClass } from './rights.ts';
import { type Subject, type Surroundings, Topic } from './topic.ts';

/** Where a client's events go, and under which name. */
export interface Destination {
  outlet: Outlet;
  /** As `messageHead` makes it. */
  head: string;
}

/**
 * Live streams: one subscription at a subgraph for all who ask the same with the same rights. Each event's plan is run once and
 * its answer is written to text once, whoever reads it.
 */
export interface Live {
  /**
   * @param onEnd called once when the reader has left, for whatever reason
   * @returns undefined for a subscription that cannot be shared or resumed; a result if it is refused
   */
  subscribe(
    prepared: Prepared,
    context: GatewayContext,
    destination: Destination,
    onEnd: () => void,
  ): Reader | ExecutionResult | undefined;
  /**
   * Ends a subscription that is not one of these once a new supergraph does not know it any more.
   * @returns to be called when it has ended
   */
  guard(stream: Stream, prepared: Prepared, context: GatewayContext): () => void;
  /** For metrics: topics, subscriptions at subgraphs, clients' operations. */
  count(): { topics: number; upstreams: number; readers: number };
  stop(): void;
}

export interface LiveOptions {
  graphs: Pick<Graphs, 'current' | 'onChange'>;
  wire: Pick<Wire, 'send' | 'open'>;
  toPublic(error: GraphQLError): GraphQLError;
  /** What plans depend on, of an actor. */
  standingOf(actor: Actor): Standing;
  /** Sees each event run, and counts what is delivered; absent: nobody looks on. */
  observer?: Pick<Observer, 'event'>;
  counters?: DeliveryCounters;
  patience?: Patience;
  /** ms over which those are sent away whose stream a new supergraph ends. */
  spread?: number;
}

interface Entry {
  key: string;
  readonly rights: string;
  readonly topic: Topic;
}

const defaultPatience: Patience = { total: 60_000, first: 100, longest: 5_000 };

export function createLive(options: LiveOptions): Live {
  const { graphs, wire, toPublic, standingOf, observer, patience = defaultPatience, spread = 5_000 } = options;
  const all = new Set<Entry>();
  /** Those that others may join. */
  const entries = new Map<string, Entry>();
  const asked = new Map<Reader, Asked>();
  const around: Surroundings = { open: wire.open, toPublic, observer, patience };
  const alone = new Map<Stream, Asked>();
  const leaving = createLeaving(spread);
  const { sendAway } = leaving;
  const joins = gather(wire.send);
  const followables = new WeakMap<Graph, WeakMap<PlannedOperation, Followable | null>>();

  /** @throws GraphQLError if it is not valid in this graph, or cannot be planned */
  const find = (graph: Graph, { prepared, actor }: Asked): Followable | null => {
    const { document, planned } = prepared;
    const known = followables.get(graph) ?? new WeakMap<PlannedOperation, Followable | null>();
    followables.set(graph, known);
    // The client's plan was made for this standing and this graph, and so may the one that is made of it.
    const isKept = graph === prepared.graph;
    let found = isKept ? known.get(planned) : undefined;
    if (found === undefined) {
      const name = planned.definition.name?.value;
      found = findFollowable(graph, document, name, standingOf(actor)) ?? null;
      if (isKept) known.set(planned, found);
    }
    return found;
  };
  const prepare = (followable: Followable, { variables }: Prepared) => {
    const { [afterVariable]: _ours, ...theirs } = variables;
    return prepareSource(followable.planned, theirs, joins);
  };
  const keyOf = ({ followable, source }: Subject, rights: string) =>
    `${rights}\n${followable.planned.standing}\n${source.identity}\n${followable.text}`;

  /**
   * @returns undefined if the operation is not valid any more, or not for sharing with the same people as before; `withheld` if none of
   * it may be read any more
   */
  const replan = (graph: Graph, one: Asked, ofViewer: boolean): Subject | 'withheld' | undefined => {
    try {
      const followable = find(graph, one);
      if (followable?.dependsOnViewer !== ofViewer) return undefined;
      const source = prepare(followable, one.prepared);
      return 'run' in source ? { followable, source } : 'withheld';
    } catch {
      return undefined;
    }
  };

  function replace(graph: Graph, entry: Entry): void {
    const { topic, rights } = entry;
    const { readers } = topic;
    const { dependsOnViewer } = topic.subject.followable;
    const found = readers.map((reader) => replan(graph, asked.get(reader) as Asked, dependsOnViewer));
    const [first] = found;
    if (!first || first === 'withheld') {
      sendAway(readers, first && 0); // those whose operation is not valid get until then what they asked for
      return;
    }
    const key = keyOf(first, rights);
    // What the new graph guards may be for some of them only.
    const isOther = (subject: Subject | 'withheld' | undefined) =>
      !subject || subject === 'withheld' || keyOf(subject, rights) !== key;
    sendAway(
      readers.filter((_, i) => isOther(found[i])),
      0,
    );
    sendAway(topic.replace(first));
    if (topic.size === 0 || entries.has(key)) return;
    entry.key = key;
    entries.set(key, entry);
  }

  const stopListening = graphs.onChange((graph) => {
    entries.clear();
    for (const entry of [...all]) replace(graph, entry);
    for (const [stream, { prepared, actor }] of [...alone]) {
      const verdict = judge(graph, prepared, standingOf(actor));
      if (verdict !== 'GOES_ON') sendAway([stream], verdict === 'ENDS' ? undefined : 0);
    }
  });

  function enter(subject: Subject, context: GatewayContext, { key: rights, actor }: RightsClass): Topic {
    const key = keyOf(subject, rights);
    const known = entries.get(key);
    if (known) return known.topic;
    const topic = new Topic(subject, { ...context, actor }, around, () => {
      all.delete(entry);
      if (entries.get(entry.key) === entry) entries.delete(entry.key);
    });
    const entry: Entry = { key, rights, topic };
    all.add(entry);
    entries.set(key, entry);
    return topic;
  }

  return {
    subscribe(prepared, context, { outlet, head }, onEnd) {
      const one = { prepared, actor: context.actor };
      const followable = find(graphs.current, one); // it may have changed since the operation was prepared
      if (!followable) return undefined;
      const coerced = coerceVariables(prepared.planned, prepared.variables);
      if ('errors' in coerced) return { errors: coerced.errors.map(toPublic) };
      const after = followable.readAfter(coerced.values) ?? undefined;
      if (after !== undefined && typeof after !== 'string') return undefined;
      const source = prepare(followable, prepared);
      if (!('run' in source)) return { ...source, ...(source.errors && { errors: source.errors.map(toPublic) }) };

      const rights = followable.dependsOnViewer ? ownClassOf(context.actor) : classOf(context.actor);
      const topic = enter({ followable, source }, context, rights);
      const reader: Reader = new Reader(
        outlet,
        head,
        after,
        () => {
          asked.delete(reader);
          topic.leave(reader);
          onEnd();
        },
        options.counters,
      );
      asked.set(reader, one);
      topic.join(reader, after);
      return reader;
    },
    guard(stream, prepared, { actor }) {
      alone.set(stream, { prepared, actor });
      return () => alone.delete(stream);
    },
    count() {
      const upstreams = [...all].reduce((sum, { topic }) => sum + topic.size, 0);
      return { topics: all.size, upstreams, readers: asked.size };
    },
    stop() {
      stopListening();
      leaving.stop();
    },
  };
}
