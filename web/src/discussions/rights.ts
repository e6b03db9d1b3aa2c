/** A seat, as far as it says what to offer. The server decides; this only saves a refusal. */
export interface ViewerSeat {
  id: string;
  organisation: { id: string } | null;
  roles: { role: string; network: { id: string } | null; body: { id: string } | null }[] | null;
}

const writers = [
  ...['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'STEERING_COMMITTEE', 'COORDINATOR'],
  ...['UN_LIAISON', 'SAFETY_OFFICER'],
];
const conveners = ['STEERING_COMMITTEE', 'COORDINATOR'];
const voters = ['MEMBER_REP', 'STEERING_COMMITTEE'];

type Networks = readonly { id: string }[] | null;

const has = (seat: ViewerSeat | null, wanted: readonly string[], networkId: string, bodyId?: string): boolean =>
  (seat?.roles ?? []).some(
    ({ role, network, body }) =>
      wanted.includes(role) && network?.id === networkId && (bodyId === undefined || body?.id === bodyId),
  );

export const mayWrite = (seat: ViewerSeat | null, networks: Networks): boolean =>
  (networks ?? []).some(({ id }) => has(seat, writers, id));

interface Decided {
  networks: Networks;
  body: { id: string } | null;
}

/** In what a body decides, from a seat in that body. */
export const mayVote = (seat: ViewerSeat | null, { networks, body }: Decided): boolean =>
  (networks ?? []).some(({ id }) => has(seat, voters, id) && (!body || sitsIn(seat, id, body.id)));

const sitsIn = (seat: ViewerSeat | null, networkId: string, bodyId: string): boolean =>
  (seat?.roles ?? []).some(({ network, body }) => network?.id === networkId && body?.id === bodyId);

const leads = (seat: ViewerSeat | null, { networks, body }: Decided): boolean =>
  body !== null && (networks ?? []).some(({ id }) => has(seat, ['EXPERT_GROUP_LEAD'], id, body.id));

/** Leading it through its steps. */
export const mayGuide = (seat: ViewerSeat | null, decided: Decided): boolean =>
  leads(seat, decided) ||
  ((decided.networks ?? []).length > 0 && (decided.networks ?? []).every(({ id }) => has(seat, conveners, id)));

export const mayConclude = (seat: ViewerSeat | null, decided: Decided): boolean =>
  leads(seat, decided) || (decided.networks ?? []).some(({ id }) => has(seat, conveners, id));
