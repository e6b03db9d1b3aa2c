import { fromBase64, toBase64 } from './bytes.ts';
import { type Graph, type GraphAnswer, toFailure } from './graph.ts';
import type { Person, Position, PresenceWire } from './presence.ts';
import type { WireFailure } from './wire.ts';

const SET = `mutation SetPlanPresence(
  $planId: ID!, $tab: ID!, $at: Cursor, $nodeId: ID, $field: String, $locale: String, $anchor: String, $head: String
) {
  setPlanPresence(
    planId: $planId, tab: $tab, at: $at, nodeId: $nodeId, field: $field, locale: $locale, anchor: $anchor, head: $head
  )
}`;
const FOLLOW = `subscription PlanPresence($planId: ID!, $tab: ID!) {
  planPresence(planId: $planId, tab: $tab) {
    people {
      clientKey nodeId field locale anchor head at region since
      seat { id displayName organisation { name } }
    }
  }
}`;

/** Who has the plan open, over the graph. */
export function createGraphPresence(graph: Graph, planId: string): PresenceWire {
  return {
    async set(tab, position, at) {
      const { data, errors } = await graph.ask(SET, { planId, tab, at, ...toVariables(planId, position) });
      if (errors?.[0]) throw toFailure(errors[0]);
      return data.setPlanPresence;
    },
    follow(tab, sink) {
      let reason: WireFailure | undefined;
      return graph.subscribe(
        FOLLOW,
        { planId, tab },
        {
          opened: sink.opened,
          ended: (failure) => sink.ended(failure ?? reason),
          next({ data, errors }: GraphAnswer) {
            const people: unknown[] | undefined = data?.planPresence?.people;
            // Names that cannot be looked up are no reason to leave somebody out.
            if (people) sink.next(people.map((person) => toPerson(planId, person)));
            else if (errors?.[0]) reason = toFailure(errors[0]);
          },
        },
      );
    },
  };
}

function toVariables(planId: string, position: Position | null) {
  if (!position) return {};
  const { node, field, locale, anchor, head } = position;
  return {
    nodeId: `${planId}/${node}`,
    field,
    locale,
    anchor: anchor && toBase64(anchor),
    head: head && toBase64(head),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as it came over the wire
function toPerson(planId: string, person: any): Person {
  const { clientKey, nodeId, field, locale, anchor, head, at, region, since, seat } = person;
  const bytes = (text: string | null) => (text === null ? null : fromBase64(text));
  const isHere = typeof nodeId === 'string' && nodeId.startsWith(`${planId}/`) && typeof field === 'string';
  const position: Position | null = isHere
    ? { node: nodeId.slice(planId.length + 1), field, locale, anchor: bytes(anchor), head: bytes(head ?? anchor) }
    : null;
  return {
    key: clientKey,
    seat: seat?.id ?? null,
    name: seat?.displayName ?? null,
    organisation: seat?.organisation?.name ?? null,
    position,
    at,
    region,
    since,
  };
}
