import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import * as Y from 'yjs';
import { startWorld, type World } from '../world.ts';
import { personsIn } from './canaries.ts';

describe('roles', () => {
  let world: World;
  let owner: pg.Client;
  let serial = 0;
  beforeAll(async () => {
    world = await startWorld();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
  });
  afterAll(async () => {
    await owner.end();
    await world.stop();
  });

  async function assign(persona: string, seatId: string, role: string, networkId: string, bodyId?: string) {
    const i = { clientMutationId: `r${++serial}`, seatId, role, networkId, bodyId };
    const query = `mutation ($i: AssignRoleInput!) { assignRole(input: $i) { problems { __typename } } }`;
    const { data, errors } = await (await world.people.as(persona)).ask(query, { i });
    expect(errors).toBeUndefined();
    return data.assignRole.problems[0]?.__typename ?? 'done';
  }
  const rolesOf = async (seatId: string) =>
    (
      await owner.query(
        'SELECT role, body_id FROM members.role_assignment WHERE seat_id = $1 AND revoked_at IS NULL ORDER BY role, body_id',
        [seatId],
      )
    ).rows.map(({ role, body_id: body }) => (body ? `${role} ${body}` : role));

  /** What a persona learns of seats by naming them in a post of its own. */
  async function mention(persona: string, networkId: string, mentionSeatIds: string[]) {
    const member = await world.people.as(persona);
    const anchor = { typename: 'Network', id: networkId };
    const t = {
      ...{ clientMutationId: `t${++serial}`, networkIds: [networkId], anchor },
      ...{ body: 'who?', locale: 'en', visibility: 'NETWORK' },
    };
    const started = await member.ask('mutation ($t: StartThreadInput!) { startThread(input: $t) { thread { id } } }', {
      t,
    });
    const p = {
      clientMutationId: `p${++serial}`,
      threadId: started.data.startThread.thread.id,
      body: 'these',
      locale: 'en',
      mentionSeatIds,
    };
    const seat =
      'id displayName alias roles { role } organisation { name } holder { id name contactChannels { value } }';
    return member.ask(`mutation ($p: PostInput!) { post(input: $p) { post { mentions { ${seat} } } } }`, { p });
  }

  test('a role given to a seat of another network does not open its person to this network’s safety officer', async () => {
    for (const role of ['OBSERVER', 'UN_LIAISON', 'SAFETY_OFFICER']) {
      expect(await assign('steering-member', 'seat:s03', role, 'net:africa')).toBe('done');
    }
    // also where the holder’s name is what the seat shows
    await owner.query("UPDATE members.seat SET display_mode = 'NAMED' WHERE id = 'seat:s03'");
    const answer = await mention('safety-officer', 'net:africa', ['seat:s03', 'seat:s09']);
    const [foreign, own] = answer.data.post.post.mentions;
    expect(foreign.holder).toBeNull();
    expect(own.holder.id).toBe('person:p09');
    expect(personsIn(JSON.stringify(answer))).toEqual(['person:p09']);
  });

  test('nobody gives himself a role, in none of his seats', async () => {
    await owner.query(
      `INSERT INTO members.seat (id, organisation_id, alias, display_mode, person_id, provenance)
     SELECT 'seat:second', 'org:s11', 'Second', 'SEAT_ALIAS', person_id, 'USER' FROM members.seat WHERE id = 'seat:s10'`,
    );
    expect(await assign('steering-member', 'seat:s10', 'SAFETY_OFFICER', 'net:africa')).toBe('ForbiddenError');
    expect(await assign('steering-member', 'seat:second', 'SAFETY_OFFICER', 'net:africa')).toBe('ForbiddenError');
    expect(await assign('americas-coordinator', 'seat:s01', 'MEMBER_REP', 'net:americas', 'body:am-1')).toBe(
      'ForbiddenError',
    );
    expect(await assign('americas-coordinator', 'seat:s01', 'EXPERT_GROUP_LEAD', 'net:americas', 'body:am-5')).toBe(
      'ForbiddenError',
    );
    expect(await rolesOf('seat:second')).toEqual([]);
  });

  test('a coordinator seats nobody in the Steering Committee’s body, and takes nobody out of it', async () => {
    const committee = 'body:af-sc';
    for (const role of ['MEMBER_REP', 'MEMBER_EDITOR', 'EXPERT_GROUP_LEAD', 'STEERING_COMMITTEE']) {
      expect(await assign('africa-coordinator', 'seat:s12', role, 'net:africa', committee)).toBe('ForbiddenError');
    }
    expect(await assign('steering-member', 'seat:s12', 'MEMBER_REP', 'net:africa', committee)).toBe('done');
    const revoke = async (bodyId: string | null) => {
      const query = `mutation ($b: ID) { revokeRole(seatId: "seat:s12", role: MEMBER_REP, networkId: "net:africa", bodyId: $b) { problems { __typename } } }`;
      const { data } = await (await world.people.as('africa-coordinator')).ask(query, { b: bodyId });
      return data.revokeRole.problems[0]?.__typename ?? 'done';
    };
    expect(await revoke(committee)).toBe('ForbiddenError');
    expect(await revoke(null)).toBe('done'); // in the network, not in the committee
    expect(await rolesOf('seat:s12')).toEqual([`MEMBER_REP ${committee}`]);
  });

  test('what somebody typed for a seat, an organisation or a country closes no list to others', async () => {
    const answer = await mention('africa-rep', 'net:africa', [
      'seat:nobody',
      'seat:s09',
      "seat:'; DROP TABLE seat; --".replaceAll(' ', ''),
    ]);
    expect(answer.errors).toBeUndefined();
    const unnamed = { displayName: 'Member organisation', alias: null, roles: [], organisation: null, holder: null };
    expect(answer.data.post.post.mentions).toMatchObject([unnamed, { id: 'seat:s09' }, unnamed]);

    const editor = await world.people.as('africa-editor');
    const planId = 'plan:joint-2027';
    const { data } = await editor.ask(`{ workingPlan(id: "${planId}") { document { update epoch } } }`);
    const joined = await editor.ask(`mutation { joinPlan(planId: "${planId}") { clientId } }`);
    const doc = new Y.Doc();
    Y.applyUpdateV2(doc, Buffer.from(data.workingPlan.document.update, 'base64'));
    doc.clientID = joined.data.joinPlan.clientId;
    let update = '';
    doc.on('update', (made: Uint8Array) => {
      update = Buffer.from(made).toString('base64');
    });
    doc.transact(() => {
      const activity = doc.getMap<Y.Map<unknown>>('nodes').get('a1.1.1')!;
      activity.set('countries', ['QQ']);
      activity.set('responsible', 'org:nobody');
    });
    const pushed = await editor.ask(
      `mutation ($e: Int!, $u: Base64!) { pushPlanEdits(planId: "${planId}", epoch: $e, editId: "qq", update: $u) { cursor } }`,
      { e: data.workingPlan.document.epoch, u: update },
    );
    expect(pushed.errors).toBeUndefined();
    const activities = 'activities { id countries { code name { text } } responsible { id name } }';
    const seen = await editor.ask(`{ workingPlan(id: "${planId}") { objectives { outcomes { ${activities} } } } }`);
    expect(seen.errors).toBeUndefined();
    expect(seen.data.workingPlan.objectives[0].outcomes[0].activities[0]).toEqual({
      id: `${planId}/a1.1.1`,
      countries: [{ code: 'QQ', name: { text: 'QQ' } }],
      responsible: { id: 'org:nobody', name: 'Member organisation' },
    });
  });
});
