import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
} from 'graphql';
import type { Actor } from '../kit/context.ts';
import { ApiError, publicError } from '../kit/errors.ts';
import { describeError, type Log } from '../kit/log.ts';
import { QueueOverflow } from '../kit/queue.ts';
import { createStandings } from './authorization/standing.ts';
import { executeIncrementally, type IncrementalResults, type SubsequentResult } from './deferred/execute.ts';
import { type Budgets, checkBudget, defaultBudgets } from './demand/budgets.ts';
import { evaluate } from './demand/cost.ts';
import { tellCost } from './demand/costs.ts';
import { createRequestReader, type PersistedOptions } from './demand/persisted.ts';
import { createRates, type Rates } from './demand/rates.ts';
import { execute, subscribe } from './execute/index.ts';
import type { ReadDocument } from './limits.ts';
import type { PlannedOperation, Standing } from './planner.ts';
import type { Graph, Graphs } from './supergraph/graph.ts';
import type { Observer } from './telemetry/observe.ts';
import type { GatewayContext, Wire } from './wire/wire.ts';

export interface Request {
  /** May be missing where a hash stands for it (demand/persisted.ts). */
  query?: unknown;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  /** `persistedQuery`; `cost: true` asks what the operation costs. */
  extensions?: Record<string, unknown> | null | undefined;
  documentId?: unknown;
}

/** An operation that has passed limits and validation, ready to run. */
export interface Prepared {
  graph: Graph;
  document: DocumentNode;
  planned: PlannedOperation;
  variables: Record<string, unknown>;
  /** What it may cost at most, of a subscription for each event, as demand/operation-cost.ts counts. */
  cost: number;
  /** The client wants to know. */
  tellsCost: boolean;
}

/**
 * The road of every operation, whatever transport it came by: rates -> limits -> validation -> cost -> plan -> run. Errors in
 * results are public ones.
 */
export interface Operations {
  /** @throws GraphQLError with what is wrong */
  prepare(request: Request, actor: Actor): Prepared;
  run(prepared: Prepared, context: GatewayContext, signal?: AbortSignal): Promise<ExecutionResult>;
  /** As `run`, for a client that takes what is deferred in pieces. */
  runInPieces(
    prepared: Prepared,
    context: GatewayContext,
    signal?: AbortSignal,
  ): Promise<ExecutionResult | IncrementalResults>;
  subscribe(
    prepared: Prepared,
    context: GatewayContext,
  ): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** What a client may see of an error; the cause is logged under the correlation id. */
  toPublic(error: GraphQLError): GraphQLError;
}

/** What clients may ask for. */
export interface DemandOptions {
  /** Absent: principals are not limited. */
  rates?: Rates;
  budgets?: Budgets;
  /** Absent: what clients register is all there is. */
  persisted?: PersistedOptions;
}

export function createOperations(options: {
  graphs: Pick<Graphs, 'current'>;
  read: ReadDocument;
  wire: Wire;
  production: boolean;
  log: Log;
  /** Absent: nobody looks on. */
  observer?: Observer;
  demand?: DemandOptions;
  /** What plans depend on, of an actor; by default, as their grants alone say. */
  standingOf?: (actor: Actor) => Standing;
}): Operations {
  const { graphs, read, wire, production, log, observer, standingOf = createStandings() } = options;
  const { rates = createRates({}), budgets = defaultBudgets, persisted } = options.demand ?? {};
  const readRequest = createRequestReader(persisted);
  const rules = production ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;

  const report = (correlationId: string, cause: unknown) => {
    const error = cause as GraphQLError | undefined;
    log.error('unexpected', {
      correlationId,
      code: error?.extensions?.code,
      ...describeError(error?.originalError ?? cause),
    });
  };
  const toPublic = (error: GraphQLError) => {
    const { message, path, extensions } = publicError(error.toJSON(), error, report);
    return new GraphQLError(message, { path, extensions });
  };
  const clean = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(toPublic) } : result;
  const cleanPieces = ({ incremental, hasNext }: SubsequentResult): SubsequentResult => ({
    ...(incremental && {
      incremental: incremental.map((one) => (one.errors ? { ...one, errors: one.errors.map(toPublic) } : one)),
    }),
    hasNext,
  });
  const cleanEvent = (result: ExecutionResult): ExecutionResult => {
    if (!result.errors?.some((error) => error.originalError instanceof QueueOverflow)) return clean(result);
    return { errors: [new ApiError('RESYNC_REQUIRED', 'You fell too far behind: subscribe again from the cursor.')] };
  };

  return {
    toPublic,
    prepare(request, actor) {
      rates.begin(actor.subject);
      const { operationName, variables, extensions } = request;
      const { text, keep } = readRequest(request);
      const graph = graphs.current;
      const document = read(text, actor);
      if (operationName === '') {
        const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
        throw new GraphQLError('Unknown operation named "".', { extensions });
      }
      if (!graph.valid.has(document)) {
        const [error] = validate(graph.schema, document, rules, {
          maxErrors: 1,
          hideSuggestions: production,
        } as never);
        if (error) {
          error.extensions.code ??= 'GRAPHQL_VALIDATION_FAILED';
          throw error;
        }
        graph.valid.add(document);
      }
      const cost = evaluate(graph.costs.of(document, operationName ?? undefined), variables ?? {});
      checkBudget(budgets, actor, cost);
      rates.spend(actor.subject, cost);
      const planned = graph.planner.plan(document, operationName ?? undefined, {
        standing: standingOf(actor),
        isValid: true,
      });
      keep?.();
      return { graph, document, planned, variables: variables ?? {}, cost, tellsCost: extensions?.cost === true };
    },
    async run(prepared, context, signal) {
      const { planned, variables } = prepared;
      const start = (context: GatewayContext) =>
        execute({ planned, variables, send: wire.send, context, ...(signal && { signal }) });
      return tellCost(prepared, clean(await (observer?.run(prepared, context, start) ?? start(context))));
    },
    async runInPieces(prepared, context, signal) {
      const { planned, variables } = prepared;
      let begun = false;
      const start = async (context: GatewayContext) => {
        // The headers of the answer leave with its first piece.
        const { onAnswered } = context;
        const told: GatewayContext = { ...context };
        if (onAnswered) told.onAnswered = (...heard) => begun || onAnswered(...heard);
        const args = { planned, variables, send: wire.send, context: told, ...(signal && { signal }) };
        const results = await executeIncrementally(args);
        begun = true;
        const { errors } = 'initial' in results ? results.initial : results;
        return { ...(errors && { errors }), results };
      };
      const { results } = await (observer?.run(prepared, context, start) ?? start(context));
      const initial = tellCost(prepared, clean('initial' in results ? results.initial : results));
      return 'initial' in results ? { initial, subsequent: mapResults(results.subsequent, cleanPieces) } : initial;
    },
    async subscribe(prepared, context) {
      const { planned, variables } = prepared;
      const start = () => {
        const onEvent =
          observer &&
          ((run: (context: GatewayContext) => Promise<ExecutionResult>) => observer.event(prepared, context, run));
        return subscribe({
          planned,
          variables,
          send: wire.send,
          open: wire.open,
          context,
          ...(onEvent && { onEvent }),
        });
      };
      const results = await (observer?.run(prepared, context, start) ?? start());
      return Symbol.asyncIterator in results ? mapResults(results, cleanEvent) : clean(results);
    },
  };
}

function mapResults<T>(source: AsyncIterableIterator<T>, map: (result: T) => T): AsyncIterableIterator<T> {
  const mapped = (step: IteratorResult<T>): IteratorResult<T> =>
    step.done ? step : { done: false as const, value: map(step.value) };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => mapped(await source.next()),
    return: async () => mapped((await source.return?.()) ?? { done: true, value: undefined }),
    throw: async (error) => mapped((await source.throw?.(error)) ?? { done: true, value: undefined }),
  };
}
