import { type ExecutionResult, GraphQLError } from 'graphql';
import { ApiError } from '../../kit/errors.ts';
import { QueueOverflow } from '../../kit/queue.ts';
import type { Open, SubgraphResponse } from '../execute/index.ts';
import type { Source } from '../execute/source.ts';
import type { Observer } from '../telemetry/observe.ts';
import type { GatewayContext } from '../wire/wire.ts';
import { Branch, type Patience, type Trunk } from './branch.ts';
import { encodeEvent, type LiveEvent } from './event.ts';
import { afterVariable, type Followable } from './followable.ts';
import type { Reader } from './reader.ts';

/** What a topic is made of, under one supergraph. */
export interface Subject {
  readonly followable: Followable;
  readonly source: Source<GatewayContext>;
}

/** What topics need of the gateway. */
export interface Surroundings {
  readonly open: Open<GatewayContext>;
  toPublic(error: GraphQLError): GraphQLError;
  readonly observer: Pick<Observer, 'event'> | undefined;
  readonly patience: Patience;
}

/**
 * One operation with one set of variables, for readers of equal rights. Nearly always it has one branch. A reader that comes with a
 * cursor gets a branch of its own unless another has just passed there; when two branches have given the same cursor they stand in the
 * same place of the same log, and the one behind is given up: its readers get what the other has given since, and go on with it.
 */
export class Topic implements Trunk {
  readonly #branches = new Set<Branch>();
  readonly #around: Surroundings;
  #subject: Subject;

  /**
   * @param context as whom the subgraphs are asked
   * @param onEmpty called when nobody reads it any more
   */
  constructor(
    subject: Subject,
    readonly context: GatewayContext,
    around: Surroundings,
    private readonly onEmpty: () => void,
  ) {
    this.#subject = subject;
    this.#around = around;
  }

  get subject(): Subject {
    return this.#subject;
  }

  get readers(): Reader[] {
    return [...this.#branches].flatMap((branch) => [...branch.readers]);
  }

  /** Subscriptions at the subgraph. */
  get size(): number {
    return this.#branches.size;
  }

  /** @param after where the reader stands; undefined: what comes from now on is wanted */
  join(reader: Reader, after: string | undefined): void {
    const found = after === undefined ? this.#findHead() : this.#findNear(after);
    if (found) {
      found.branch.admit(reader, found.events);
      return;
    }
    const branch = new Branch(this, after, this.#around.patience);
    branch.admit(reader);
    this.#branches.add(branch);
    void branch.follow();
  }

  leave(reader: Reader): void {
    for (const branch of this.#branches) {
      if (branch.readers.delete(reader) && branch.readers.size === 0) branch.close();
    }
  }

  /**
   * From now on events are run as another supergraph has it. Where the subgraph is asked something else, it is asked anew, after the
   * last event. @returns readers of branches that cannot be: nothing says where they stand
   */
  replace(subject: Subject): Reader[] {
    const isSame = JSON.stringify(this.#requestOf(subject)) === JSON.stringify(this.#requestOf(this.#subject));
    this.#subject = subject;
    if (isSame) return [];
    const lost: Reader[] = [];
    for (const branch of this.#branches) {
      if (branch.recent.isResumable) branch.reopen();
      else lost.push(...branch.readers);
    }
    return lost;
  }

  open(after: string | undefined): AsyncIterable<SubgraphResponse> {
    return this.#around.open(this.#requestOf(this.#subject, after), this.context);
  }

  async run(response: SubgraphResponse): Promise<LiveEvent> {
    const { source, followable } = this.#subject;
    const run = (context: GatewayContext) => source.run(response, context);
    const { observer } = this.#around;
    const result = this.#clean(await (observer?.event(followable, this.context, run) ?? run(this.context)));
    const mark = followable.strip(result.data);
    return encodeEvent(result, { ...mark, isGreeting: mark.isGreeting && !result.errors });
  }

  async explain(reason: unknown): Promise<ExecutionResult> {
    if (reason instanceof QueueOverflow) {
      return { errors: [new ApiError('RESYNC_REQUIRED', 'You fell too far behind: subscribe again from the cursor.')] };
    }
    if (reason instanceof GraphQLError) return this.#clean({ errors: [reason] });
    return this.#clean(await this.#subject.source.fail(reason, this.context));
  }

  onEvent(branch: Branch): void {
    const { last } = branch.recent;
    if (this.#branches.size === 1 || last?.cursor === undefined || branch.isWaitedFor) return;
    for (const other of this.#branches) {
      const events = other === branch ? undefined : other.recent.since(last.cursor);
      if (!events) continue;
      other.isAtHead ||= branch.isAtHead;
      const readers = [...branch.readers];
      branch.readers.clear();
      for (const reader of readers) other.admit(reader, events);
      branch.close();
      return;
    }
  }

  onEnd(branch: Branch): void {
    if (this.#branches.delete(branch) && this.#branches.size === 0) this.onEmpty();
  }

  #requestOf({ source }: Subject, after?: string) {
    return source.request(after === undefined ? {} : { [afterVariable]: after });
  }

  /** A branch that has just passed this cursor, or stands there. */
  #findNear(after: string): { branch: Branch; events: readonly LiveEvent[] } | undefined {
    for (const branch of this.#branches) {
      const events = branch.recent.since(after);
      if (events) return { branch, events };
    }
    return undefined;
  }

  /** A branch at the head. Where a stream begins with a greeting, it must not have given anything since its last one. */
  #findHead(): { branch: Branch; events: readonly LiveEvent[] } | undefined {
    for (const branch of this.#branches) {
      if (!branch.isAtHead) continue;
      const { last } = branch.recent;
      if (!this.#subject.followable.greets || (!last && branch.recent.position === undefined))
        return { branch, events: [] };
      if (last?.isGreeting) return { branch, events: [last] };
    }
    return undefined;
  }

  #clean(result: ExecutionResult): ExecutionResult {
    return result.errors ? { ...result, errors: result.errors.map(this.#around.toPublic) } : result;
  }
}
