import { describe, expect, test } from '@jest/globals';
import { af, am, ask, eventsOf, group, type Name, nextMutation, problemFields, useSubgraph } from './subgraph.ts';

useSubgraph();

describe('meetings', () => {
  const future = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const schedule = async (who: Name, over: Record<string, unknown> = {}) => {
    const input = {
      clientMutationId: nextMutation(),
      networkIds: [am],
      kind: 'NETWORK',
      title: [{ locale: 'es', text: 'Reunión mensual' }],
      startsAt: future(10),
      endsAt: future(11),
      timeZone: 'America/Bogota',
      languages: ['es', 'pt'],
      agenda: [{ title: [{ locale: 'es', text: 'Acuerdos' }], minutesAllotted: 20 }],
      ...over,
    };
    const fields =
      'id status visibility startsAtPrecision timeZone provenance title(locale: "en") { text locale } agenda { id minutesAllotted }';
    const { data, errors } = await ask(
      who,
      `mutation ($input: ScheduleMeetingInput!) { scheduleMeeting(input: $input) { meeting { ${fields} } ${problemFields} } }`,
      { input },
    );
    if (errors) throw new Error(errors[0]?.message);
    return data.scheduleMeeting;
  };
  const rsvp = async (who: Name, id: string, answer = 'GOING') =>
    (
      await ask(
        who,
        `mutation { setRsvp(meetingId: "${id}", rsvp: ${answer}) { meeting { attendance { organisation { id } seat { id } rsvp } } ${problemFields} } }`,
      )
    ).data.setRsvp;

  test('of no network that could be, or beyond all calendars, are refused by name', async () => {
    const draft = async (over: object) => {
      const input = {
        ...{ clientMutationId: nextMutation(), networkIds: [am], kind: 'NETWORK', startsAt: future(1) },
        ...{ title: [{ locale: 'en', text: 'x' }], ...over },
      };
      const { data, errors } = await ask(
        'americas-coordinator',
        `mutation ($input: DraftMeetingInput!) { draftMeeting(input: $input) { meeting { days } ${problemFields} } }`,
        { input },
      );
      return errors ?? data.draftMeeting.problems.map(({ path }: { path?: string[] }) => path?.[1]);
    };
    expect(await draft({ networkIds: [am, 'a\u0000b'] })).toEqual(['networkIds']);
    expect(await draft({ networkIds: [am, ...Array.from({ length: 50 }, (_, n) => `net:${n}`)] })).toEqual([
      'networkIds',
    ]);
    expect(await draft({ startsAt: '9999-12-31T23:59:59.000Z', timeZone: 'Pacific/Kiritimati' })).toEqual(['startsAt']);
    expect(await draft({})).toEqual([]);
  });

  test('are scheduled by conveners of every network, or the lead for the own group, and told once', async () => {
    const { meeting } = await schedule('americas-coordinator');
    expect(meeting).toMatchObject({
      status: 'SCHEDULED',
      visibility: 'NETWORK',
      startsAtPrecision: 'MINUTE',
      provenance: 'USER',
      title: { text: 'Reunión mensual', locale: 'es' },
    });
    expect((await eventsOf(meeting.id)).map((e) => [e.network_id, e.type, e.visibility])).toEqual([
      [am, 'MEETING_SCHEDULED', 'NETWORK'],
    ]);
    expect((await schedule('steering-member', { networkIds: [af] })).meeting).not.toBeNull();
    expect(
      (await schedule('expert-lead', { kind: 'EXPERT_GROUP', bodyId: group, visibility: 'GROUP' })).meeting.visibility,
    ).toBe('GROUP');
    const refused: [Name, Record<string, unknown>][] = [
      ['americas-rep', {}],
      ['expert-lead', {}],
      ['expert-lead', { kind: 'EXPERT_GROUP', bodyId: 'body:am-1' }],
      ['americas-coordinator', { networkIds: [am, af] }],
      ['americas-coordinator', { bodyId: group, visibility: 'GROUP' }],
      ['un-liaison', {}],
      ['observer', {}],
      ['partner', {}],
      ['operator', {}],
    ];
    for (const [who, over] of refused)
      expect((await schedule(who, over)).problems).toEqual([{ __typename: 'ForbiddenError' }]);
  });

  test('are entered once, also by a call that is sent again when they have begun', async () => {
    const enter = async (ahead: number) => {
      const startsAt = new Date(Date.now() + ahead).toISOString();
      const input = { clientMutationId: nextMutation(), startsAt, endsAt: null };
      const answer = await schedule('americas-coordinator', input);
      return { startsAt, input, ...answer, isLate: Date.now() > Date.parse(startsAt) };
    };
    let [ahead, entered] = [1_000, await enter(1_000)];
    // Where it took until then to ask, the beginning may be in the past by the time it is looked at: a later one.
    for (; entered.problems.length > 0 && entered.isLate; entered = await enter(ahead)) ahead *= 2;
    const { startsAt, input, meeting, problems } = entered;
    expect(problems).toEqual([]);
    // until it has begun, which is what this is about
    await new Promise((resolve) => setTimeout(resolve, Date.parse(startsAt) - Date.now() + 10));
    expect(await schedule('americas-coordinator', input)).toEqual({ meeting, problems: [] });
    const again = { ...input, clientMutationId: nextMutation() };
    expect((await schedule('americas-coordinator', again)).problems).toMatchObject([{ path: ['input', 'startsAt'] }]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a past start', { startsAt: future(-1) }, 'startsAt'],
    ['an end before the start', { endsAt: future(9) }, 'endsAt'],
    ['an offset for a zone', { timeZone: '+03:00' }, 'timeZone'],
    ['an unknown zone', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['no title', { title: [] }, 'title'],
  ])('refuse %s', async (_what, over, field) => {
    expect((await schedule('americas-coordinator', over)).problems[0].path).toEqual(['input', field]);
  });

  test('are answered for the own organisation, the last answer standing', async () => {
    const { meeting } = await schedule('americas-coordinator', { visibility: 'PUBLIC' });
    await rsvp('americas-rep', meeting.id);
    const answered = await rsvp('americas-rep', meeting.id, 'REMOTE');
    expect(answered.meeting.attendance).toEqual([
      { organisation: { id: 'org:s03' }, seat: { id: 'seat:s03' }, rsvp: 'REMOTE' },
    ]);
    for (const who of ['africa-rep', 'observer', 'partner', 'operator'] as const)
      expect((await rsvp(who, meeting.id)).problems).toEqual([{ __typename: 'ForbiddenError' }]);
    expect((await rsvp('americas-rep', meeting.id, 'ATTENDED')).problems[0].path).toEqual(['rsvp']);
    expect((await rsvp('americas-rep', 'meet:panama')).problems[0].path).toEqual(['meetingId']);
  });
});
