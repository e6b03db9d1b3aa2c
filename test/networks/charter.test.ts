import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, gatewayActor } from '../../kit/context.ts';
import { endOfTerm } from '../../subgraphs/networks/commands/dates.ts';
import { type NetworksWorld, observer, operator, partner, representative, seat, startNetworks } from '../networks.ts';
import {
  af,
  am,
  change,
  conclude,
  countSaid,
  editorOfAmericas,
  expectDone,
  lastSaid,
  leadOfAmericas,
  nextMutation,
  type Payload,
  refusal,
  repOfAmericas,
  steeringOfAfrica,
} from './governing.ts';

let world: NetworksWorld;
beforeAll(async () => {
  world = await startNetworks();
});
afterAll(() => world?.stop());

const fields = `proposal { id status version contentHash canonicalText recordLocale withdrawalReason appliedAt mission(locale: "en") { locale text }
  objectives(locale: "en") { locale text } rationale { text } appliedByDecision { id } proposedBy { id } network { id version } }`;
const inputs = {
  proposeCharter: 'ProposeCharterInput',
  translateCharter: 'TranslateCharterInput',
  withdrawCharterProposal: 'WithdrawCharterProposalInput',
  applyCharter: 'ApplyCharterInput',
};
const act = (actor: Actor, name: keyof typeof inputs, input: object): Promise<Payload> =>
  change(world, actor, name, inputs[name], fields, input);
const es = (text: string) => [{ locale: 'es', text }];
const proposal = { networkId: am, recordLocale: 'es', mission: es('Una voz'), objectives: [{ text: es('Unir') }] };
const propose = async (over: object = {}, actor: Actor = editorOfAmericas) =>
  expectDone(await act(actor, 'proposeCharter', { ...proposal, ...over })).proposal;
const decide = (on: Payload, over: object = {}) =>
  conclude(world, { subject: { typename: 'Network', id: am }, contentHash: on.contentHash, ...over });
const apply = (on: Payload, decisionId: string, over: object = {}, actor: Actor = leadOfAmericas) =>
  act(actor, 'applyCharter', { proposalId: on.id, decisionId, contentHash: on.contentHash, ...over });
const network = async (actor: Actor, selection: string, id = am) =>
  (await world.get(actor, `query ($id: ID!) { network(id: $id) { ${selection} } }`, { id })).network;

describe('mission and objectives', () => {
  test('change by decision: proposed, decided on by hash, applied, replaced; same words keep their translations', async () => {
    const first = await propose({ rationale: es('Hace falta') });
    expect(first).toMatchObject({ status: 'PROPOSED', version: 1, mission: { locale: 'es', text: 'Una voz' } });
    expect(first).toMatchObject({ rationale: { text: 'Hace falta' }, proposedBy: { id: editorOfAmericas.seatId } });
    expect(createHash('sha256').update(first.canonicalText).digest('hex')).toBe(first.contentHash);
    expect(await lastSaid(world)).toMatchObject({ type: 'CHARTER_PROPOSED', visibility: 'NETWORK' });
    expect(await network(observer, 'mission { text } objectives { text }')).toEqual({ mission: null, objectives: [] });
    const english = { proposalId: first.id, locale: 'en', mission: 'One voice', objectives: ['Unite'] };
    expectDone(await act(editorOfAmericas, 'translateCharter', { ...english, expectedVersion: 1 }));
    const { version } = await network(observer, 'version');
    const decisionId = await decide(first);
    const done = expectDone(await apply(first, decisionId)).proposal;
    expect(done).toMatchObject({
      status: 'APPLIED',
      appliedByDecision: { id: decisionId },
      contentHash: first.contentHash,
    });
    expect(done.network.version).toBe(version + 1);
    expect(await lastSaid(world)).toMatchObject({
      type: 'NETWORK_CHANGED',
      visibility: 'PUBLIC',
      data: { changed: ['charter', 'mission', 'objectives'], version: version + 1 },
    });
    const [audited] = (await world.owner.query(`SELECT * FROM audit.entry WHERE action = 'CHARTER_CHANGED'`)).rows;
    expect(audited).toMatchObject({ target_id: first.id, network_id: am });
    const look =
      'mission(locale: "en") { locale text sourceLocale } objectives(locale: "en") { locale text } charter { id }';
    expect(await network(observer, look)).toEqual({
      mission: { locale: 'en', text: 'One voice', sourceLocale: 'es' },
      objectives: [{ locale: 'en', text: 'Unite' }],
      charter: null, // how it came about is its network's own
    });
    expect((await network(repOfAmericas, look)).charter).toEqual({ id: first.id });
    const said = await countSaid(world);
    expectDone(await apply(first, decisionId));
    expect(await countSaid(world)).toBe(said);

    const second = await propose({ objectives: [{ text: es('Formar') }, { text: es('Unir') }] });
    expectDone(await apply(second, await decide(second)));
    expect(await lastSaid(world)).toMatchObject({ data: { changed: ['charter', 'objectives'] } });
    expect(await network(observer, 'mission(locale: "en") { text } objectives(locale: "en") { locale text }')).toEqual({
      mission: { text: 'One voice' },
      objectives: [
        { locale: 'es', text: 'Formar' },
        { locale: 'en', text: 'Unite' },
      ],
    });
    const applied = { proposalId: second.id, expectedVersion: 2, locale: 'en', mission: 'One voice' };
    expectDone(await act(editorOfAmericas, 'translateCharter', { ...applied, objectives: ['Train', 'Unite'] }));
    expect(await network(observer, 'objectives(locale: "en") { text }')).toEqual({
      objectives: [{ text: 'Train' }, { text: 'Unite' }],
    });
    expect(await lastSaid(world)).toMatchObject({
      type: 'NETWORK_CHANGED',
      data: { changed: ['mission', 'objectives'] },
    });
    const list = `charterProposals(first: 1) { edges { node { id status } } pageInfo { hasNextPage endCursor } }`;
    const page = (await network(repOfAmericas, list)).charterProposals;
    expect(page).toMatchObject({
      edges: [{ node: { id: second.id, status: 'APPLIED' } }],
      pageInfo: { hasNextPage: true },
    });
    const rest = `charterProposals(first: 5, after: "${page.pageInfo.endCursor}") { edges { node { id status } } }`;
    expect((await network(repOfAmericas, rest)).charterProposals.edges).toEqual([
      { node: { id: first.id, status: 'REPLACED' } },
    ]);
    expect((await network(representative, list)).charterProposals.edges).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['about the network', { subject: { typename: 'Body', id: 'body:am-1' } }, 'ValidationError input.decisionId'],
    ['about this network', { subject: { typename: 'Network', id: af } }, 'ValidationError input.decisionId'],
    ['that adopted', { outcome: 'EXPIRED' }, 'ValidationError input.decisionId'],
    ['of this network', { networkIds: [af] }, 'DECISION_NOT_YET_KNOWN'],
    ['of the network, not of a body', { bodyIds: ['body:am-1'] }, 'ValidationError input.decisionId'],
    ['on this very text', { contentHash: 'f'.repeat(64) }, 'ConflictError'],
  ])('a decision counts only %s', async (_what, over, expected) => {
    const one = await propose();
    expect(refusal(await apply(one, await decide(one, over)))).toBe(expected);
    expectDone(
      await act(editorOfAmericas, 'withdrawCharterProposal', { proposalId: one.id, expectedVersion: 1, reason: 'No' }),
    );
  });

  test('a decision on one proposal is on no other of the same words, and an older one undoes no later one', async () => {
    const [older, newer, twin] = [await propose(), await propose({ mission: es('Otra voz') }), await propose()];
    expect(twin.contentHash).not.toBe(older.contentHash);
    const [first, second] = [await decide(older), await decide(newer)];
    expect(refusal(await apply(twin, first))).toBe('ConflictError');
    expectDone(await apply(newer, second));
    expect(refusal(await apply(older, first))).toBe('ValidationError input.decisionId');
    expect(await network(observer, 'mission { text }')).toEqual({ mission: { text: 'Otra voz' } });
    const race = await Promise.all([apply(twin, await decide(twin)), apply(older, await decide(older))]);
    expect(race.map((one) => refusal(one) ?? one.proposal.status)).toContain('APPLIED');
    const { rows } = await world.owner.query(`SELECT id FROM networks.charter_proposal WHERE status = 'APPLIED'`);
    expect(rows).toHaveLength(1);
  });

  test('are proposed and read by their network alone, and no other way changes them', async () => {
    const one = await propose();
    for (const actor of [representative, steeringOfAfrica, observer, operator, partner([am]), gatewayActor]) {
      expect(await world.get(actor, `{ charterProposal(id: "${one.id}") { id } }`)).toEqual({ charterProposal: null });
      const reference = [{ __typename: 'CharterProposal', id: one.id }];
      expect((await world.entities(actor, reference, '... on CharterProposal { id }'))._entities).toEqual([null]);
      expect(refusal(await act(actor, 'proposeCharter', proposal))).toBe('ForbiddenError');
      expect(refusal(await apply(one, 'decision:x', {}, actor))).toBe('ValidationError input.proposalId');
    }
    for (const actor of [repOfAmericas, editorOfAmericas]) {
      expect(refusal(await apply(one, 'decision:x', {}, actor))).toBe('ForbiddenError');
    }
    const direct = await world.ask(
      leadOfAmericas,
      'mutation ($input: UpdateNetworkInput!) { updateNetwork(input: $input) { network { id } } }',
      { input: { clientMutationId: nextMutation(), id: am, expectedVersion: 1, mission: es('Mía') } },
    );
    expect(direct.errors?.[0]?.message).toMatch(/mission/);
    const other = { ...editorOfAmericas, seatId: 'seat:other', subject: 'persona:other' };
    const withdraw = { proposalId: one.id, expectedVersion: 1 };
    expect(refusal(await act(other, 'withdrawCharterProposal', withdraw))).toBe('ForbiddenError');
    expectDone(await act(editorOfAmericas, 'withdrawCharterProposal', withdraw));
    expect(refusal(await apply(one, await decide(one)))).toBe('ValidationError input.proposalId');
  });

  test.each<[string, object]>([
    ['mission', { mission: [], objectives: [] }],
    ['mission', { mission: [{ locale: 'en', text: 'Only English' }] }],
    ['mission.0.text', { mission: es(' ') }],
    ['mission', { mission: [...es('a'), ...es('b')] }],
    ['objectives.0.text', { objectives: [{ text: [{ locale: 'en', text: 'x' }] }] }],
    ['objectives.0.text.0.text', { objectives: [{ text: es('x'.repeat(1_001)) }] }],
    ['objectives', { objectives: Array.from({ length: 21 }, () => ({ text: es('x') })) }],
  ])('a wrong %s is named', async (path, over) => {
    expect(refusal(await act(editorOfAmericas, 'proposeCharter', { ...proposal, ...over }))).toBe(
      `ValidationError input.${path}`,
    );
  });
});

describe('the life of a network', () => {
  const update = (actor: Actor, input: object, name = 'updateNetwork', type = 'UpdateNetworkInput'): Promise<Payload> =>
    change(world, actor, name, type, 'network { version status foundedOn foundedPrecision parent { id } }', input);
  const create = async (over: object = {}) =>
    change(
      world,
      operator,
      'createNetwork',
      'CreateNetworkInput',
      'network { id status foundedOn parent { slug } countryCountStated }',
      {
        slug: `net4u-${nextMutation()}`,
        name: [{ locale: 'en', text: 'A network' }],
        ...{ region: 'PACIFIC', countries: [], workingLanguages: ['en'], timeZone: 'Pacific/Fiji', homeRegion: 'asia' },
        ...over,
      },
    );

  test('it forms, is founded with a date as precise as known, pauses, closes, and is taken up again', async () => {
    const { network: made } = await create({ countryCountStated: 3 });
    expect(made).toMatchObject({ status: 'FORMING', foundedOn: null, countryCountStated: 3 });
    const lead = seat('COORDINATOR', made.id);
    let version = 1;
    const move = async (input: object) => {
      const done = await update(lead, { id: made.id, expectedVersion: version, ...input });
      version = done.network?.version ?? version;
      return refusal(done) ?? done.network;
    };
    expect(await move({ status: 'DORMANT' })).toBe('ValidationError input.status');
    expect(await move({ status: 'ACTIVE' })).toBe('ValidationError input.foundedOn');
    for (const foundedOn of ['2999', '2025-02-30', '1066']) {
      expect(await move({ status: 'ACTIVE', foundedOn })).toBe('ValidationError input.foundedOn');
    }
    expect(await move({ status: 'ACTIVE', foundedOn: '2025-02' })).toMatchObject({
      ...{ status: 'ACTIVE', foundedOn: '2025-02', foundedPrecision: 'MONTH' },
    });
    expect(await lastSaid(world, made.id)).toMatchObject({
      data: { changed: ['status', 'foundedOn'], status: 'ACTIVE' },
    });
    expect(await move({ status: 'DORMANT' })).toMatchObject({ status: 'DORMANT' });
    expect(await move({ status: 'CLOSED' })).toMatchObject({ status: 'CLOSED' });
    expect(await move({ contactMailbox: 'a@example.org' })).toBe('ValidationError input.id');
    const text = { networkId: made.id, recordLocale: 'en', mission: [{ locale: 'en', text: 'x' }], objectives: [] };
    expect(refusal(await act(lead, 'proposeCharter', text))).toBe('ValidationError input.networkId');
    expect(await move({ status: 'ACTIVE' })).toBe('ValidationError input.status');
    expect(await move({ status: 'DORMANT', contactMailbox: 'a@example.org' })).toMatchObject({ status: 'DORMANT' });
    expect(await move({ homeRegion: 'europe' })).toBe('ValidationError input.homeRegion');
    expect(await move({ contactMailbox: 'not an address' })).toBe('ValidationError input.contactMailbox');
    expect(await move({ timeZone: 'Nowhere/At' })).toBe('ValidationError input.timeZone');
  });

  test('what a source says changes with a source', async () => {
    const lead = seat('COORDINATOR', af);
    const [{ version }] = [await network(observer, 'version', af)];
    const change = { id: af, expectedVersion: version, foundedOn: '2023-06-15' };
    expect(refusal(await update(lead, change))).toBe('ValidationError input.sourceUrl');
    expect(refusal(await update(lead, { ...change, sourceUrl: 'ftp://example.org' }))).toBe(
      'ValidationError input.sourceUrl',
    );
    const done = expectDone(await update(lead, { ...change, sourceUrl: 'https://example.org/founding' }));
    expect(done.network).toMatchObject({ foundedOn: '2023-06-15', foundedPrecision: 'DAY' });
  });

  test('it may be part of another: by who leads both or the operator; never of itself', async () => {
    const { network: child } = await create({ parentId: am, foundedOn: '2024' });
    expect(child).toMatchObject({ parent: { slug: 'net4u-americas' }, foundedOn: '2024' });
    expect((await network(observer, 'networksWithin { id }')).networksWithin).toEqual([{ id: child.id }]);
    expect(refusal(await create({ parentId: 'net:nowhere' }))).toBe('ValidationError input.parentId');
    const set = async (actor: Actor, id: string, parentId: string | null) => {
      const { version } = await network(operator, 'version', id);
      const done = await update(
        actor,
        { id, expectedVersion: version, parentId },
        'setParentNetwork',
        'SetParentNetworkInput',
      );
      return refusal(done) ?? done.network.parent;
    };
    const lead = seat('COORDINATOR', child.id);
    const both = { ...lead, networks: [child.id, af], roles: [...lead.roles, ...seat('COORDINATOR', af).roles] };
    expect(await set(lead, child.id, af)).toBe('ForbiddenError');
    expect(await set(leadOfAmericas, child.id, af)).toBe('ForbiddenError');
    expect(await set(both, child.id, af)).toEqual({ id: af });
    expect(await lastSaid(world, child.id)).toMatchObject({ type: 'NETWORK_CHANGED', data: { changed: ['parent'] } });
    expect(await set(leadOfAmericas, child.id, null)).toBe('ForbiddenError');
    expect(await set(steeringOfAfrica, child.id, null)).toBeNull();
    expect(await set(operator, child.id, child.id)).toBe('ValidationError input.parentId');
    // Each right alone, a ring together.
    const { network: other } = await create();
    const ring = await Promise.all([set(operator, child.id, other.id), set(operator, other.id, child.id)]);
    expect(ring.filter((one) => one === 'ValidationError input.parentId')).toHaveLength(1);
  });
});

describe('bodies', () => {
  const fieldsOfBody = `body { id version status closedOn closingReason terms { number startsOn endsOn electedBy { id } } currentTerm { number } termMonths
    network { bodies { id } all: bodies(status: null) { id } } }`;
  const inputsOfBody = {
    upsertBody: 'UpsertBodyInput',
    setBodyTerm: 'SetBodyTermInput',
    closeBody: 'CloseBodyInput',
    reopenBody: 'ReopenBodyInput',
  };
  const body = (actor: Actor, name: keyof typeof inputsOfBody, input: object): Promise<Payload> =>
    change(world, actor, name, inputsOfBody[name], fieldsOfBody, input);
  const make = async (over: object = {}) =>
    body(steeringOfAfrica, 'upsertBody', {
      ...{ networkId: af, kind: 'TASK_FORCE', name: [{ locale: 'en', text: 'A body' }], termMonths: 24, ...over },
    });

  test('terms follow one another, begin by election, end as long as they last', async () => {
    const { id } = expectDone(await make()).body;
    const set = (version: number, input: object, actor: Actor = steeringOfAfrica) =>
      body(actor, 'setBodyTerm', { id, expectedVersion: version, ...input });
    const first = expectDone(await set(1, { startsOn: '2024-01-31' }));
    expect(first.body.terms).toEqual([{ number: 1, startsOn: '2024-01-31', endsOn: '2026-01-30', electedBy: null }]);
    expect(await lastSaid(world, af)).toMatchObject({ type: 'BODY_CHANGED', data: { changed: ['terms'], version: 2 } });
    expect(refusal(await set(2, { startsOn: '2026-01-30' }))).toBe('ValidationError input.startsOn');
    expect(refusal(await set(2, { startsOn: '2026-02-01', endsOn: '2026-01-31' }))).toBe(
      'ValidationError input.endsOn',
    );
    expect(refusal(await set(2, { startsOn: '0001-01-01' }))).toBe('ValidationError input.startsOn');
    expect(refusal(await set(1, { startsOn: '2026-02-01' }))).toBe('ConflictError');
    expect(refusal(await set(2, { number: 9, startsOn: '2026-02-01' }))).toBe('ValidationError input.number');
    const about = { subject: { typename: 'Body' as const, id }, contentHash: 'a'.repeat(64), networkIds: [af] };
    const election = await conclude(world, about);
    const [lost, elsewhere] = [
      await conclude(world, { ...about, outcome: 'NOT_ADOPTED' }),
      await conclude(world, { ...about, subject: { typename: 'Body', id: 'body:af-sc' } }),
    ];
    for (const decisionId of [lost, elsewhere]) {
      const refused = await set(2, { startsOn: '2026-02-01', decisionId });
      expect(refusal(refused)).toBe('ValidationError input.decisionId');
    }
    const second = expectDone(await set(2, { startsOn: '2026-02-01', endsOn: '2199-12-31', decisionId: election }));
    expect(second.body).toMatchObject({
      currentTerm: { number: 2 },
      terms: [{ number: 2, electedBy: { id: election } }, { number: 1 }],
    });
    const twice = await set(3, { number: 1, startsOn: '2024-02-01', endsOn: '2026-01-31', decisionId: election });
    expect(refusal(twice)).toBe('ValidationError input.decisionId');
    const corrected = expectDone(await set(3, { number: 1, startsOn: '2024-02-01', endsOn: '2026-01-31' }));
    expect(corrected.body.terms[1]).toMatchObject({ number: 1, startsOn: '2024-02-01', endsOn: '2026-01-31' });
    const same = expectDone(await set(4, { number: 1, startsOn: '2024-02-01', endsOn: '2026-01-31' }));
    expect(same.body.version).toBe(4);
    for (const actor of [
      representative,
      leadOfAmericas,
      operator,
      observer,
      partner([af]),
      seat('SAFETY_OFFICER', af),
    ]) {
      expect(refusal(await set(4, { startsOn: '2100-01-01' }, actor))).toBe('ForbiddenError');
    }
  });

  test('a body is closed and opened again: its term ends, its records stay, nothing of it changes meanwhile', async () => {
    const { id } = expectDone(await make()).body;
    const at = (version: number, input: object = {}) => ({ id, expectedVersion: version, ...input });
    await body(steeringOfAfrica, 'setBodyTerm', at(1, { startsOn: '2024-01-01', endsOn: '2194-12-31' }));
    await body(steeringOfAfrica, 'setBodyTerm', at(2, { startsOn: '2195-01-01' }));
    const close = (input: object = {}) => body(steeringOfAfrica, 'closeBody', at(3, input));
    expect(refusal(await close({ closedOn: '2199-01-01' }))).toBe('ValidationError input.closedOn');
    expect(refusal(await close({ closedOn: '2024-01-01' }))).toBe('ValidationError input.closedOn');
    const { body: closed } = expectDone(await close({ closedOn: '2025-03-01', reason: 'Its task is done' }));
    expect(closed).toMatchObject({
      status: 'CLOSED',
      closedOn: '2025-03-01',
      closingReason: 'Its task is done',
      currentTerm: null,
    });
    expect(closed.terms).toEqual([{ number: 1, startsOn: '2024-01-01', endsOn: '2025-02-28', electedBy: null }]);
    expect(closed.network.bodies).not.toContainEqual({ id });
    expect(closed.network.all).toContainEqual({ id });
    expect(await lastSaid(world, af)).toMatchObject({
      data: { changed: ['status', 'closedOn', 'closingReason', 'terms'] },
    });
    const entries = await world.owner.query(`SELECT reason, detail FROM audit.entry WHERE target_id = $1`, [id]);
    expect(entries.rows).toEqual([{ reason: 'Its task is done', detail: '2025-03-01' }]);
    const kept = { networkId: af, kind: 'TASK_FORCE', name: [{ locale: 'en', text: 'x' }] };
    expect(refusal(await body(steeringOfAfrica, 'upsertBody', { ...at(4), ...kept }))).toBe('ValidationError input.id');
    expect(refusal(await body(steeringOfAfrica, 'setBodyTerm', at(4, { startsOn: '2026-01-01' })))).toBe(
      'ValidationError input.id',
    );
    expect(refusal(await body(steeringOfAfrica, 'closeBody', at(4)))).toBe('ValidationError input.id');
    const { body: open } = expectDone(await body(steeringOfAfrica, 'reopenBody', at(4)));
    expect(open).toMatchObject({ status: 'ACTIVE', closedOn: null, version: 5 });
  });

  test('a network has one steering committee at a time, also when two are made at once', async () => {
    expect(refusal(await make({ kind: 'STEERING_COMMITTEE' }))).toBe('ValidationError input.kind');
    const { version } = (
      await world.entities(observer, [{ __typename: 'Body', id: 'body:af-sc' }], '... on Body { version }')
    )._entities[0];
    expectDone(await body(steeringOfAfrica, 'closeBody', { id: 'body:af-sc', expectedVersion: version }));
    const two = await Promise.all([make({ kind: 'STEERING_COMMITTEE' }), make({ kind: 'STEERING_COMMITTEE' })]);
    expect(two.map(refusal).sort()).toEqual(['ValidationError input.kind', undefined]);
    const again = await body(steeringOfAfrica, 'reopenBody', { id: 'body:af-sc', expectedVersion: version + 1 });
    expect(refusal(again)).toBe('ValidationError input.kind');
  });

  test.each([
    ['2024-01-01', 24, '2025-12-31'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-10-31', 1, '2024-11-30'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2023-12-15', 1, '2024-01-14'],
  ])('a term from %s of %i months ends on %s', (startsOn, months, end) => {
    expect(endOfTerm(startsOn, months)).toBe(end);
  });
});
