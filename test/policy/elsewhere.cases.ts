import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Kind, parse } from 'graphql';
import { net } from './actors.ts';
import { source } from './records.ts';
import { inputsOf, mutations, send } from './send.ts';
import { en, type Stage } from './stage.ts';
import type { Who } from './table.ts';

/** A region that the stage is linked with, though nobody answers there. */
export const away = 'asia';
export const linked = { LINKS: `${away}=http://127.0.0.1:9` };

type Case = { by?: Who; input: Record<string, unknown> };

/** Mutations of networks and members, as the two print them. */
const owned = ['networks', 'members'].flatMap((subgraph) => {
  const { definitions } = parse(readFileSync(new URL(`../../schema/${subgraph}.graphql`, import.meta.url), 'utf8'));
  return definitions.flatMap((one) =>
    (one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    one.name.value === 'Mutation'
      ? (one.fields ?? []).map(({ name }) => name.value)
      : [],
  );
});

const emergency = 'what stops somebody at once is done wherever one stands';
const door = 'a key opens the door of the installation that issued it';
const pushed = 'each installation pushes what it has itself';
const ownPerson = 'persons are at home where they sign in';
const reading = 'what is read here is written down here';
/** Those that are done in any region. */
const local: Record<string, string> = {
  createNetwork: 'names its home itself: see below',
  ...Object.fromEntries(
    owned.filter((name) => /PartnerKey$|^admitPartner$|^setPartnerStatus$/.test(name)).map((name) => [name, door]),
  ),
  ...Object.fromEntries(owned.filter((name) => /Webhook|DeadLetters/.test(name)).map((name) => [name, pushed])),
  ...Object.fromEntries(
    ['askToFreezeSeat', 'freezeSeat', 'unfreezeSeat', 'triggerSafetyLock', 'liftSafetyLock'].map((name) => [
      name,
      emergency,
    ]),
  ),
  ...Object.fromEntries(
    [
      ...['confirmMailAddress', 'markNoticesRead', 'requestDataExport', 'requestErasure', 'revokeSessions'],
      ...['setMailAddress', 'setNotifications'],
    ].map((name) => [name, ownPerson]),
  ),
  ...Object.fromEntries(
    [
      'openBreakGlass',
      'closeBreakGlass',
      'requestDirectoryExport',
      'approveDirectoryExport',
      'eraseAuditReason',
      'askToRedact',
    ].map((name) => [name, reading]),
  ),
};

/** What is at home in a region that this installation is linked with is written there. Comes last: nothing of the stage is written any more. */
export function describeElsewhere(of: () => { stage: Stage; cases: Record<string, Case> }): void {
  describe('what is at home in another region', () => {
    let all: Record<string, Case>;
    beforeAll(async () => {
      const { stage, cases } = of();
      const { guidelines, membership: membershipId, sql } = stage;
      const proposalId = cases.withdrawCharterProposal!.input.proposalId;
      const programmeId = cases.upsertProgramme!.input.id;
      const text = { decisionId: 'decision:none', contentHash: '0'.repeat(64) };
      const applicant = { networkId: net, organisationName: 'Another', stakeholderType: 'ACADEMIA', country: 'UG' };
      const role = { seatId: 'seat:s12', role: 'MEMBER_EDITOR', networkId: net };
      await sql(
        `INSERT INTO members.seat_offer (id, seat_id, subject, offered_at, expires_at)
         VALUES ('offer:stage', 'seat:s09', 'persona:africa-rep', now(), now() + interval '1 day')`,
      );
      const more: Record<string, Case> = {
        adoptGuidelines: { input: { id: guidelines, ...text } },
        draftGuidelines: { input: { networkId: net, title: 'T', body: 'B', recordLocale: 'en' } },
        translateGuidelines: {
          input: { id: guidelines, locale: 'es', title: 'T', body: 'B', contentHash: text.contentHash },
        },
        applyCharter: { input: { proposalId, ...text } },
        proposeCharter: { input: { networkId: net, recordLocale: 'en', mission: en('One'), objectives: [] } },
        recordCountryReview: {
          input: {
            networkId: net,
            country: 'UG',
            instrument: 'UNTOC',
            clusterCode: 'II',
            stage: 'NOT_STARTED',
            source,
          },
        },
        recordEngagement: {
          input: {
            ...{ networkId: net, track: 'COUNTRY_REVIEW', kind: 'BRIEFING_TO_FOCAL_POINT' },
            ...{ status: 'PLANNED', visibility: 'NETWORK' },
          },
        },
        tagProgramme: { input: { networkId: net, programmeId, tagged: false } },
        acceptInvitation: { input: { membershipId, motivation: 'Yes.' } },
        answerReview: { input: { membershipId, text: 'An answer.' } },
        answerSponsorship: { input: { membershipId, answer: 'CONFIRMED' } },
        appealDecline: { input: { membershipId, text: 'Again.' } },
        askSponsors: { input: { membershipId, organisationIds: ['org:s09'] } },
        checkApplicant: { input: { membershipId } },
        withdrawMembership: { input: { membershipId } },
        applyForMembership: { input: { ...applicant, motivation: 'Why.' } },
        inviteOrganisation: { input: applicant },
        assignRole: { by: 'steering', input: role },
        revokeRole: { by: 'steering', input: role },
        createSeat: { by: 'rep', input: { organisationId: 'org:s09', alias: 'One more' } },
        offerSeat: { by: 'rep', input: { seatId: 'seat:s09', subject: 'guest:away' } },
        answerSeatOffer: { by: 'rep', input: { offerId: 'offer:stage', accept: true } },
        vacateSeat: { by: 'rep', input: { seatId: 'seat:s09' } },
        endSeat: { by: 'rep', input: { seatId: 'seat:s09' } },
      };
      all = { ...Object.fromEntries(Object.entries(cases).filter(([name]) => owned.includes(name))), ...more };
      await sql('UPDATE feed.home SET region = $1 WHERE network_id = $2', [away, net]);
    });

    test('is refused of every mutation of networks and members, or is said to be done anywhere', () => {
      const refused = Object.keys(all).filter((name) => !(name in local));
      expect([...refused, ...Object.keys(local)].sort()).toEqual([...owned].sort());
    });

    test('is a ForbiddenError that names the region', async () => {
      const { stage } = of();
      for (const [name, { by = 'coordinator', input }] of Object.entries(all)) {
        if (name in local) continue;
        const isLocking = inputsOf(mutations[name]!).some((one) => one.name === 'expectedVersion');
        const values = { ...(isLocking && { expectedVersion: 1 }), ...input };
        const { problems, errors } = await send(await stage.as(by), name, values);
        const said = problems.map(({ __typename, homeRegion }) => ({ __typename, homeRegion }));
        expect([name, errors, said]).toEqual([name, [], [{ __typename: 'ForbiddenError', homeRegion: away }]]);
      }
    });

    test('nobody begins a network for it, and what is at home here is written here', async () => {
      const { stage } = of();
      const create = async (slug: string, homeRegion: string) => {
        const facts = { region: 'PACIFIC', countries: [], workingLanguages: ['en'], timeZone: 'Pacific/Fiji' };
        const input = { ...facts, slug, homeRegion, name: en('A network') };
        const { problems, errors } = await send(await stage.as('operator'), 'createNetwork', input);
        return [errors, problems.map((one) => one.homeRegion)];
      };
      expect(await create('net4u-away', away)).toEqual([[], [away]]);
      expect(await create('net4u-here', 'local')).toEqual([[], []]);
      // 'americas' is the home of this one, and no region that this installation is linked with
      const input = { networkId: 'net:americas', kind: 'TASK_FORCE', name: en('Here') };
      expect(await send(await stage.as('stranger'), 'upsertBody', input)).toMatchObject({ problems: [], errors: [] });
    });
  });
}
