import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, type Visibility, visibilities } from '../../kit/context.ts';
import { createActs } from './acting.ts';
import { type MembersWorld, personas, startMembers } from './world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembers();
});
afterAll(() => world.stop());

const { update, seat, versionOf, next } = createActs(() => world);
const everyone = [...personas, 'partner'];

describe('profiles', () => {
  const profile = {
    shortName: 'canary-short',
    website: 'https://canary.example.org/',
    contactMailbox: 'canary-box@example.org',
    languages: ['sw', 'fr'],
    thematicTags: ['canary tracing'],
    about: [
      { locale: 'en', text: 'canary-about' },
      { locale: 'es', text: 'canario' },
    ],
  };
  const fields = ['shortName', 'about', 'website', 'contactMailbox', 'languages', 'thematicTags'];

  test('are changed by who speaks for the organisation; facts also by who leads its network', async () => {
    for (const persona of everyone) {
      const answer = await update(persona, 'org:s09', { shortName: 'S' });
      expect([persona, typeof answer]).toEqual([persona, persona === 'africa-rep' ? 'object' : 'string']);
    }
    expect(await update('africa-coordinator', 'org:s09', { country: 'KE' })).toMatchObject({ id: 'org:s09' });
    expect(await update('americas-coordinator', 'org:s09', { country: 'KE' })).toContain('ForbiddenError');
    expect(await update('africa-rep', 'org:s09', { country: 'UG' })).toMatchObject({ id: 'org:s09' });
  });

  test('of two that write at once one is told the version; bad input is named', async () => {
    const expectedVersion = await versionOf('org:s09');
    const answers = await Promise.all(
      ['A', 'B'].map((shortName) => update('africa-rep', 'org:s09', { shortName, expectedVersion })),
    );
    expect(answers.filter((one) => typeof one === 'string')).toEqual([
      `ConflictError: It was changed meanwhile: version ${expectedVersion + 1} now.`,
    ]);
    for (const [input, field] of [
      [{ website: 'javascript:alert(1)' }, 'website'],
      [{ contactMailbox: 'nobody' }, 'contactMailbox'],
      [{ name: ' ' }, 'name'],
      [{ shortName: 'x'.repeat(41) }, 'shortName'],
      [{ thematicTags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 'thematicTags'],
      [{ about: [{ locale: 'en', text: 'x'.repeat(8_001) }] }, 'about'],
    ] as const) {
      expect(await update('africa-rep', 'org:s09', input)).toContain(`ValidationError: ${field}`);
    }
  });

  test('each field is read by those whom its visibility names, on every path, and leads nobody else to it', async () => {
    // who reads something of a member of net:africa that sits in no body, by its visibility
    const network = [
      'africa-coordinator',
      'africa-editor',
      'africa-rep',
      'steering-member',
      'safety-officer',
      'un-liaison',
    ];
    const members = [...network, 'americas-coordinator', 'americas-editor', 'americas-rep', 'expert-lead'];
    const readers: Record<Visibility, string[]> = {
      PUBLIC: everyone,
      PARTNERS: [...members, 'partner'],
      ALL_NETWORKS: members,
      NETWORK: network,
      GROUP: ['africa-rep'],
      SEAT_ONLY: ['africa-rep'],
    };
    for (const visibility of visibilities) {
      const fieldVisibility = fields.map((field) => ({ field, visibility }));
      const changed = await update(
        'africa-rep',
        'org:s09',
        { ...profile, fieldVisibility },
        'fieldVisibility { visibility }',
      );
      expect(changed.fieldVisibility).toEqual(fields.map(() => ({ visibility })));
      for (const persona of everyone) {
        const own = readers[visibility].includes(persona);
        const pick = `shortName about(locale: "es") { text } website contactMailbox languages thematicTags staleTranslations fieldVisibility { field }`;
        const [direct] = await world.refer(persona, 'Organisation', ['org:s09'], pick);
        const [nested] = await world.refer(persona, 'Membership', ['mem:s09'], `organisation { ${pick} }`);
        const found = await world.ask(
          persona,
          '{ experts(text: "Canary?") { totalCount edges { node { matched organisation { id } } } } }',
        );
        const [counted] = await world.refer(
          persona,
          'Network',
          ['net:africa'],
          'diversity { byLanguage { key value } }',
        );
        const reads = [direct.shortName, direct.website, direct.contactMailbox, direct.about].map(
          (value) => value !== null,
        );
        expect([visibility, persona, reads]).toEqual([visibility, persona, reads.map(() => own)]);
        expect([direct.languages.length, direct.thematicTags.length]).toEqual(own ? [2, 1] : [0, 0]);
        expect(nested.organisation).toEqual(direct);
        expect(direct.fieldVisibility.length).toBe(persona === 'africa-rep' ? 6 : 0);
        expect(counted.diversity.byLanguage).toEqual(
          own
            ? [
                { key: 'fr', value: 1 },
                { key: 'sw', value: 1 },
              ]
            : [],
        );
        // a search asks networks that one reads
        const searched = own && network.includes(persona);
        expect([visibility, persona, found.data.experts.totalCount]).toEqual([visibility, persona, searched ? 1 : 0]);
        if (searched)
          expect(found.data.experts.edges[0].node).toEqual({
            matched: ['canary tracing'],
            organisation: { id: 'org:s09' },
          });
      }
    }
    // a GROUP is the bodies that seats of the organisation sit in
    await update('steering-member', 'org:s10', {
      ...profile,
      fieldVisibility: fields.map((field) => ({ field, visibility: 'GROUP' })),
    });
    expect((await world.refer('africa-coordinator', 'Organisation', ['org:s10'], 'shortName'))[0].shortName).toBeNull();
  });

  test('a translation is stale once its source text has changed, until it is given anew', async () => {
    const about = (text: string, locale = 'en') => ({ about: [{ locale, text }] });
    expect(await update('africa-rep', 'org:s09', about('other text'), 'staleTranslations')).toEqual({
      staleTranslations: ['es'],
    });
    expect(await update('africa-rep', 'org:s09', about('nuevo', 'es'), 'staleTranslations')).toEqual({
      staleTranslations: [],
    });
    expect(await update('africa-rep', 'org:s09', about('', 'es'), 'about(locale: "es") { locale text }')).toEqual({
      about: { locale: 'en', text: 'other text' },
    });
  });

  test('partners are told to read again when, and only when, what they may read has changed', async () => {
    const told = async () =>
      (await world.sql("SELECT count(*)::int AS n FROM feed.event WHERE type = 'MEMBER_CHANGED'"))[0].n as number;
    const before = await told();
    await update('africa-rep', 'org:s09', { shortName: 'hidden' });
    expect(await told()).toBe(before);
    await update('africa-rep', 'org:s09', { fieldVisibility: [{ field: 'shortName', visibility: 'PARTNERS' }] });
    await update('africa-rep', 'org:s09', { name: 'Sample Organisation UG-3b' });
    expect(await told()).toBe(before + 2);
    const [{ data }] = await world.sql(
      "SELECT data FROM feed.event WHERE type = 'MEMBER_CHANGED' ORDER BY id DESC LIMIT 1",
    );
    expect(Object.keys(data).sort()).toEqual(['membershipId', 'organisationId', 'status', 'version']);
  });
});

describe('seats', () => {
  test('set up by who speaks for the organisation or its coordinator, offered, taken, left and ended', async () => {
    const create = (persona: string, alias = 'Field desk') =>
      seat(persona, 'createSeat', { organisationId: 'org:s09', alias }, 'id displayName', 'CreateSeatInput');
    for (const persona of ['africa-editor', 'americas-coordinator', 'safety-officer', 'partner', 'operator']) {
      expect(await create(persona)).toContain('ForbiddenError');
    }
    const twins = await Promise.all([create('africa-rep'), create('africa-coordinator', 'FIELD desk')]);
    expect(twins.filter((one) => typeof one === 'string')).toEqual([expect.stringContaining('another seat')]);
    const { id } = twins.find((one) => typeof one !== 'string');
    const offer = (persona: string, subject: string) =>
      seat(persona, 'offerSeat', { seatId: id, subject }, 'id', 'OfferSeatInput');
    expect(await offer('africa-coordinator', 'guest:dan')).toContain('ForbiddenError'); // who sits there is the organisation's affair
    expect(await offer('africa-rep', 'has spaces')).toContain('ValidationError: subject');
    await offer('africa-rep', 'persona:observer');
    await offer('africa-rep', 'guest:dan'); // instead
    expect((await world.ask('observer', '{ viewer { seatOffers { id } } }')).data.viewer.seatOffers).toEqual([]);

    const dan = (await world.resolve('guest:dan')) as Actor;
    const { data } = await world.ask(dan, '{ viewer { seatOffers { id seat { id displayName } } } }');
    const [{ id: offerId }] = data.viewer.seatOffers;
    const take = (actor: Actor | string, more: object) =>
      seat(actor, 'answerSeatOffer', { offerId, accept: true, ...more }, 'id holder { name }', 'AnswerOfferInput');
    expect(await take('africa-editor', {})).toContain('no such offer to you');
    const taken = await Promise.all([
      take(dan, { yourName: 'Sample Persona Dan' }),
      take(dan, { yourName: 'Sample Persona Dan' }),
    ]);
    expect(taken.filter((one) => typeof one !== 'string')).toEqual([{ id, holder: { name: 'Sample Persona Dan' } }]);
    const seated = (await world.resolve('guest:dan')) as Actor;
    expect(seated).toMatchObject({ kind: 'SEAT', seatId: id, roles: [] });

    const change = (actor: Actor | string, input: object) =>
      seat(
        actor,
        'updateSeat',
        { seatId: id, expectedVersion: 2, ...input },
        'alias timeZone displayMode version',
        'UpdateSeatInput',
      );
    expect(await change(seated, { timeZone: 'Mars/Olympus' })).toContain('ValidationError: timeZone');
    expect(await change('africa-editor', { alias: 'x' })).toContain('ForbiddenError');
    expect(await change(seated, { timeZone: 'Africa/Kampala', displayMode: 'ORGANISATION_ONLY' })).toMatchObject({
      timeZone: 'Africa/Kampala',
      version: 3,
    });
    expect(await change(seated, { alias: 'late' })).toContain('ConflictError');
    const [seen] = await world.refer('africa-editor', 'Seat', [id], 'displayName timeZone preferredLocale');
    expect(seen).toEqual({ displayName: 'Sample Organisation UG-3b', timeZone: null, preferredLocale: null });

    expect(await seat('africa-coordinator', 'vacateSeat', { seatId: id })).toContain('ForbiddenError');
    expect(await seat(seated, 'vacateSeat', { seatId: id })).toMatchObject({ id });
    expect(await world.resolve('guest:dan')).toMatchObject({ kind: 'PERSON', roles: [] });
    expect(await seat('africa-rep', 'endSeat', { seatId: id })).toMatchObject({ id });
    expect(await seat('africa-rep', 'endSeat', { seatId: id })).toContain('this seat has ended');
    expect(await offer('africa-rep', 'guest:dan')).toContain('this seat has ended');
  });

  test('an ended seat gives nothing: no role, no sign-in, none can be given to it', async () => {
    const made = await seat(
      'africa-rep',
      'createSeat',
      { organisationId: 'org:s09', alias: 'Second' },
      'id',
      'CreateSeatInput',
    );
    await seat('africa-rep', 'offerSeat', { seatId: made.id, subject: 'persona:africa-rep' }, 'id', 'OfferSeatInput');
    const { data } = await world.ask('africa-rep', '{ viewer { seatOffers { id } } }');
    await seat(
      'africa-rep',
      'answerSeatOffer',
      { offerId: data.viewer.seatOffers[0].id, accept: true },
      'id',
      'AnswerOfferInput',
    );
    const assign = async () => {
      const i = { clientMutationId: `r${next()}`, seatId: made.id, role: 'MEMBER_EDITOR', networkId: 'net:africa' };
      const query =
        'mutation ($i: AssignRoleInput!) { assignRole(input: $i) { problems { ... on UserError { message } } } }';
      return (await world.ask('steering-member', query, { i })).data.assignRole.problems[0]?.message;
    };
    expect(await assign()).toBeUndefined();
    expect(await world.resolve('persona:africa-rep', made.id)).toMatchObject({ roles: [{ role: 'MEMBER_EDITOR' }] });
    await seat('africa-rep', 'endSeat', { seatId: made.id });
    expect(await world.resolve('persona:africa-rep', made.id)).toBeNull();
    expect(await world.resolve('persona:africa-rep')).toMatchObject({ seatId: 'seat:s09' });
    expect(await assign()).toContain('this seat has ended');
  });

  test('terms of one role follow one another; those to come are listed and give nothing yet', async () => {
    const assign = async (startsOn: string | undefined, endsOn?: string) => {
      const i = {
        clientMutationId: `r${next()}`,
        seatId: 'seat:s12',
        role: 'MEMBER_EDITOR',
        networkId: 'net:africa',
        startsOn,
        endsOn,
      };
      const query =
        'mutation ($i: AssignRoleInput!) { assignRole(input: $i) { problems { ... on UserError { message } } } }';
      return (await world.ask('steering-member', query, { i })).data.assignRole.problems[0]?.message ?? 'done';
    };
    expect(await assign('2090', '2091')).toBe('done');
    for (const [from, to] of [['2091-12-31'], ['2089', '2090-01-01'], ['2091-06', '2091-07'], ['2050']] as [
      string,
      string?,
    ][]) {
      expect([from, await assign(from, to)]).toEqual([
        from,
        expect.stringContaining('holds MEMBER_EDITOR there from 2090'),
      ]);
    }
    expect(await assign('2092')).toBe('done');
    expect(await assign('2089', '2089-12-31')).toBe('done');
    const pick = 'roles { role } terms { role startsOn endsOn }';
    const [read] = await world.refer('africa-editor', 'Seat', ['seat:s12'], pick);
    expect(read.roles.filter((r: { role: string }) => r.role === 'MEMBER_EDITOR')).toEqual([]);
    expect(
      read.terms
        .filter((r: { role: string }) => r.role === 'MEMBER_EDITOR')
        .map((r: { startsOn: string }) => r.startsOn),
    ).toEqual(['2089', '2090', '2092']);
    const [outside] = await world.refer('americas-editor', 'Seat', ['seat:s12'], pick);
    expect(outside).toEqual({ roles: [], terms: [] });
  });

  test('what a seat knows is found by whom it shows it, and a hidden organisation by nobody', async () => {
    await world.sql(
      "UPDATE members.seat SET expertise = '{Firearms tracing,Seguridad portuaria}' WHERE id = 'seat:s08'",
    );
    const ask = async (persona: string, text: string, more = '') =>
      (
        await world.ask(
          persona,
          `{ experts(text: "${text}" ${more}) { edges { node { matched seats { id expertise } organisation { id } } } } }`,
        )
      ).data.experts.edges.map((edge: { node: object }) => edge.node);
    const found = [
      {
        matched: ['Firearms tracing'],
        organisation: { id: 'org:s08' },
        seats: [{ id: 'seat:s08', expertise: ['Firearms tracing', 'Seguridad portuaria'] }],
      },
    ];
    expect(await ask('africa-rep', 'who knows about FIREARM?')).toEqual(found);
    expect(await ask('africa-rep', 'firearms', 'country: "KE"')).toEqual([]);
    expect(await ask('africa-rep', 'firearms', 'networkId: "net:americas"')).toEqual([]);
    for (const persona of ['americas-rep', 'observer', 'operator', 'partner'])
      expect(await ask(persona, 'firearms')).toEqual([]);
    expect(await ask('africa-rep', '%')).toEqual([]);
    await world.sql("UPDATE members.seat SET expertise_visibility = 'SEAT_ONLY' WHERE id = 'seat:s08'");
    expect(await ask('africa-rep', 'firearms')).toEqual([]);
    expect(await ask('africa-editor', 'firearms')).toEqual(found);
    await world.sql("UPDATE members.seat SET expertise_visibility = 'NETWORK' WHERE id = 'seat:s08'");
    await world.sql("UPDATE members.organisation SET safety_locked = true WHERE id = 'org:s08'");
    for (const persona of everyone) expect(await ask(persona, 'firearms')).toEqual([]);
    expect((await world.refer('africa-rep', 'Seat', ['seat:s08'], 'expertise'))[0].expertise).toEqual([]);
    await world.sql("UPDATE members.organisation SET safety_locked = false WHERE id = 'org:s08'");
  });
});

describe('in an emergency', () => {
  const lock = (actor: Actor | string, seatId: string, more: object = {}) =>
    seat(
      actor,
      'triggerSafetyLock',
      { seatId, reason: 'canary-reason', ...more },
      'id displayName organisation { name safetyLocked }',
      'TriggerSafetyLockInput',
    );
  const nameOf = async (persona: string, id: string) =>
    (await world.refer(persona, 'Organisation', [id], 'name'))[0].name;

  test('a seat hides its own organisation, nobody else’s; the safety officer shows it again', async () => {
    for (const persona of everyone.filter((one) => !['africa-editor', 'safety-officer'].includes(one))) {
      expect([persona, await lock(persona, 'seat:s08')]).toEqual([persona, expect.stringContaining('ForbiddenError')]);
    }
    const before = await versionOf('org:s08');
    const answers = await Promise.all([lock('africa-editor', 'seat:s08'), lock('safety-officer', 'seat:s08')]);
    for (const answer of answers)
      expect(answer).toMatchObject({ id: 'seat:s08', organisation: { safetyLocked: true } });
    expect(await versionOf('org:s08')).toBe(before + 1); // hidden once
    expect(await nameOf('africa-rep', 'org:s08')).toBe('Member organisation');
    const [event] = await world.sql(
      "SELECT countries, data FROM feed.event WHERE type = 'MEMBER_CHANGED' ORDER BY id DESC LIMIT 1",
    );
    expect(event).toMatchObject({ countries: [], data: { organisationId: 'org:s08' } });
    expect(JSON.stringify(await world.sql('SELECT * FROM feed.event'))).not.toContain('canary-reason');
    const countries = () =>
      world.sql("SELECT countries FROM feed.event WHERE subject = 'membership/mem:s08' ORDER BY id");
    expect(await countries()).toEqual([{ countries: [] }, { countries: [] }]); // also that it joined, which is read again
    const lift = (persona: string) => seat(persona, 'liftSafetyLock', { seatId: 'seat:s08' });
    for (const persona of ['africa-editor', 'africa-coordinator', 'steering-member', 'operator']) {
      expect([persona, await lift(persona)]).toEqual([persona, expect.stringContaining('ForbiddenError')]);
    }
    expect(await lift('safety-officer')).toMatchObject({ id: 'seat:s08' });
    expect((await countries())[0]).toEqual({ countries: ['UG'] });
    expect(await nameOf('africa-rep', 'org:s08')).toBe('Sample Organisation UG-2');
  });

  test('where no network has a safety officer, the organisation shows again what it has hidden itself', async () => {
    expect(await lock('americas-rep', 'seat:s03')).toMatchObject({ organisation: { safetyLocked: true } });
    expect(await nameOf('americas-coordinator', 'org:s03')).toBe('Member organisation');
    expect(await seat('americas-coordinator', 'liftSafetyLock', { seatId: 'seat:s03' })).toContain('ForbiddenError');
    expect(await seat('americas-rep', 'liftSafetyLock', { seatId: 'seat:s03' })).toMatchObject({ id: 'seat:s03' });
    expect(await nameOf('americas-coordinator', 'org:s03')).toBe('Organización de muestra EC-1');
  });

  test('a frozen seat is nobody, and has its roles again when it is given back', async () => {
    const freeze = (persona: string, seatId = 'seat:s08') =>
      seat(persona, 'freezeSeat', { seatId, reason: 'stolen phone' }, 'id frozen', 'FreezeSeatInput');
    expect(await freeze('steering-member')).toContain('ForbiddenError');
    expect(await freeze('safety-officer', 'seat:s03')).toContain('ForbiddenError'); // of another network
    const before = await world.rightsVersion();
    expect(await freeze('safety-officer')).toEqual({ id: 'seat:s08', frozen: true });
    expect(await world.rightsVersion()).toBeGreaterThan(before);
    expect(await world.resolve('persona:africa-editor')).toBeNull();
    expect(await freeze('safety-officer')).toContain('it is frozen');
    expect((await world.refer('safety-officer', 'Seat', ['seat:s08'], 'holder { id }'))[0].holder).not.toBeNull();
    expect((await world.refer('africa-rep', 'Seat', ['seat:s08'], 'frozen'))[0].frozen).toBeNull();
    expect(await seat('africa-coordinator', 'unfreezeSeat', { seatId: 'seat:s08' })).toContain('ForbiddenError');
    expect(await seat('safety-officer', 'unfreezeSeat', { seatId: 'seat:s08' })).toMatchObject({ id: 'seat:s08' });
    expect((await world.resolve('persona:africa-editor'))?.roles).toHaveLength(1);
    const acts = await world.sql(
      "SELECT action, detail FROM audit.entry WHERE target_id = 'seat:s08' ORDER BY position",
    );
    expect(acts.map(({ action, detail }) => `${action} ${detail}`)).toEqual(
      expect.arrayContaining([
        'SAFETY_LOCKED LOCK',
        'SAFETY_UNLOCKED LOCK',
        'SAFETY_LOCKED FREEZE',
        'SAFETY_UNLOCKED FREEZE',
      ]),
    );
  });
});
