import { fromBase64, toBase64 } from './bytes.ts';
import { type Graph, toFailure } from './graph.ts';
import { createGraphPresence } from './graph-presence.ts';
import { type PlanEvent, type PlanWire, WireFailure } from './wire.ts';

const OPEN = `query OpenPlan($id: ID!, $since: StateVector) {
  workingPlan(id: $id) { id status document(since: $since) { update cursor epoch stateVector } }
}`;
const JOIN = `mutation JoinPlan($planId: ID!, $resume: ResumeInput) {
  joinPlan(planId: $planId, resume: $resume) { clientId epoch }
}`;
const PUSH = `mutation PushPlanEdits($planId: ID!, $epoch: Int!, $editId: ID!, $update: Base64!) {
  pushPlanEdits(planId: $planId, epoch: $epoch, editId: $editId, update: $update) { cursor }
}`;
const FOLLOW = `subscription PlanEdits($planId: ID!, $after: Cursor) {
  planEdits(planId: $planId, after: $after) {
    __typename
    ... on PlanEdits { cursor update at seat { id } }
    ... on PlanReset { epoch reason }
  }
}`;

/** In which a plan takes edits. */
const open: readonly string[] = ['DRAFT', 'CHANGES_REQUESTED'];

/** A plan's operations over the graph, exactly those of its published contract. */
export function createGraphWire(graph: Graph, planId: string): PlanWire {
  const ask = async (query: string, variables: Record<string, unknown>, signal?: AbortSignal) => {
    const { data, errors } = await graph.ask(query, variables, signal);
    if (errors?.[0]) throw toFailure(errors[0]);
    return data;
  };
  return {
    presence: createGraphPresence(graph, planId),
    async open(since) {
      const { workingPlan } = await ask(OPEN, { id: planId, since: since && toBase64(since) });
      if (!workingPlan) throw new WireFailure('NOT_FOUND', 'there is no such plan, or you may not read it');
      const { document, status } = workingPlan;
      return (
        document && {
          update: fromBase64(document.update),
          cursor: document.cursor,
          epoch: document.epoch,
          stateVector: fromBase64(document.stateVector),
          isFrozen: !open.includes(status),
        }
      );
    },
    join: async (resume) => (await ask(JOIN, { planId, resume })).joinPlan,
    async push(epoch, editId, update, signal) {
      return (await ask(PUSH, { planId, epoch, editId, update: toBase64(update) }, signal)).pushPlanEdits.cursor;
    },
    follow(after, sink) {
      // The last message of a stream may say why it ends; the end itself follows at once and says nothing.
      let reason: WireFailure | undefined;
      return graph.subscribe(
        FOLLOW,
        { planId, after },
        {
          opened: sink.opened,
          ended: (failure) => sink.ended(failure ?? reason),
          next({ data, errors }) {
            const event = data?.planEdits;
            if (event?.update || event?.__typename === 'PlanReset') sink.next(toEvent(event));
            else if (errors?.[0]) reason = toFailure(errors[0]);
          },
        },
      );
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as it came over the wire
function toEvent(event: any): PlanEvent {
  if (event.__typename === 'PlanReset') return { kind: 'reset', epoch: event.epoch, reason: event.reason };
  const { cursor, update, seat, at } = event;
  const author = seat && { seat: seat.id, name: null, organisation: null };
  return { kind: 'edits', cursor, update: fromBase64(update), author, at };
}
