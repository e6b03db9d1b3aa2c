import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { cleanText } from '../../../kit/text.ts';
import { forbidden, fromInput, invalid, type Localized } from '../../../kit/types.ts';
import { foldName, Organisation } from '../entities/organisation.ts';
import { memberEvent } from '../events.ts';
import type { UpdateOrganisationInput } from '../inputs.ts';
import { mayCorrectFacts, mayNameOrganisation, maySeeThroughLock, maySpeakFor } from '../policy.ts';
import { checkMailbox, checkTags, checkText, checkWebsite } from './input.ts';
import { checkVersion } from './membership-steps.ts';
import { findOrganisation, requireOwnHome } from './seats.ts';

const factFields = ['name', 'stakeholderType', 'country'] as const;
const wideVisibilities = ['PUBLIC', 'PARTNERS'];

/**
 * Changes an organisation's record; what is left out stays as it is, an empty text or list removes it.
 * @returns its id
 * @throws Problem ForbiddenError, ConflictError with the current version, ValidationError with the path of the field at fault
 */
export async function updateOrganisation(
  tx: Transaction,
  actor: Actor,
  input: UpdateOrganisationInput,
): Promise<string> {
  return once(tx, actor, 'updateOrganisation', input, input.id, async () => {
    await tx.manager.query('SELECT 1 FROM organisation WHERE id = $1 FOR NO KEY UPDATE', [input.id]);
    const before = await findOrganisation(tx, input.id);
    if (!before || !mayNameOrganisation(actor, before) || !maySeeThroughLock(actor, before))
      throw invalid('id: no such organisation.', 'input', 'id');
    checkRights(actor, before, input);
    await requireOwnHome(tx, before.id);
    checkVersion(before, input.expectedVersion);
    const after = { ...before, ...readFields(before, input), version: before.version + 1 };
    const { standing: _standing, bodyIds: _bodies, ...row } = after as Organisation & { listName?: string };
    delete row.listName;
    await tx.manager.update(Organisation, { id: before.id }, row as object);
    if (partnersSee(before, after)) sayChanged(tx, after);
  });
}

function checkRights(actor: Actor, organisation: Organisation, input: UpdateOrganisationInput): void {
  const { clientMutationId: _c, id: _id, expectedVersion: _v, ...fields } = input;
  const given = Object.entries(fields).flatMap(([name, value]) => (value == null ? [] : [name]));
  const onlyFacts = given.every((name) => (factFields as readonly string[]).includes(name));
  if (maySpeakFor(actor, organisation.id) || (onlyFacts && mayCorrectFacts(actor, organisation))) return;
  throw forbidden(
    'A profile is changed by a seat that speaks for the organisation; its name, type and country also by those who lead its network.',
  );
}

function readFields(before: Organisation, input: UpdateOrganisationInput): Partial<Organisation> {
  const name = input.name == null ? before.name : checkText(input.name, 200, 'name');
  const optional = (
    value: string | null | undefined,
    present: string | null,
    check: (text: string) => string,
  ): string | null => (value == null ? present : value.trim() === '' ? null : check(value));
  return {
    name,
    sortName: foldName(name),
    stakeholderType: input.stakeholderType ?? before.stakeholderType,
    country: input.country ?? before.country,
    shortName: optional(input.shortName, before.shortName, (text) => checkText(text, 40, 'shortName')),
    website: optional(input.website, before.website, checkWebsite),
    contactMailbox: optional(input.contactMailbox, before.contactMailbox, checkMailbox),
    languages: input.languages == null ? before.languages : checkTags(input.languages, 'languages'),
    thematicTags: input.thematicTags == null ? before.thematicTags : checkTags(input.thematicTags, 'thematicTags'),
    fieldVisibility: {
      ...before.fieldVisibility,
      ...Object.fromEntries((input.fieldVisibility ?? []).map(({ field, visibility }) => [field, visibility])),
    },
    ...readAbout(before, input),
  };
}

/** Locales given are written, an empty one is removed. When the source text changes, those that did not come with it are stale. */
function readAbout(
  before: Organisation,
  { about, aboutSource }: UpdateOrganisationInput,
): Pick<Organisation, 'about' | 'aboutSource' | 'aboutStale'> {
  const given = fromInput(about ?? []);
  for (const [locale, text] of Object.entries(given)) {
    given[locale] = cleanText(text);
    if (text.length > 8_000) throw invalid('about: at most 8000 characters.', 'input', 'about');
  }
  const texts: Localized = Object.fromEntries(
    Object.entries({ ...before.about, ...given }).filter(([, text]) => text !== ''),
  );
  if (Object.keys(texts).length > 10) throw invalid('about: at most 10 languages.', 'input', 'about');
  const source = aboutSource ?? before.aboutSource;
  const sourceChanged = texts[source] !== before.about?.[source] && before.about?.[source] !== undefined;
  const stale = new Set(sourceChanged ? Object.keys(texts) : before.aboutStale);
  for (const locale of [source, ...Object.keys(given)]) stale.delete(locale);
  return {
    about: Object.keys(texts).length > 0 ? texts : null,
    aboutSource: source,
    aboutStale: [...stale].filter((locale) => texts[locale] !== undefined).sort(),
  };
}

/** Whether what the floor, or a partner, reads of it is other than before. */
function partnersSee(before: Organisation, after: Organisation): boolean {
  const shown = (one: Organisation) =>
    JSON.stringify([
      ...factFields.map((field) => one[field]),
      ...(['shortName', 'about', 'website', 'contactMailbox', 'languages', 'thematicTags'] as const).map((field) =>
        wideVisibilities.includes(one.fieldVisibility[field] ?? 'NETWORK') ? one[field] : null,
      ),
    ]);
  return shown(before) !== shown(after);
}

/** Says, in each network of which it is an ACTIVE member, that it is to be read again; not what has changed, nor why. */
export function sayChanged(tx: Transaction, organisation: Organisation, at: Date = new Date()): void {
  for (const { networkId, status, membershipId } of organisation.standing) {
    if (status !== 'ACTIVE') continue;
    const data = { membershipId, organisationId: organisation.id, status, version: organisation.version };
    tx.publish(
      memberEvent('MEMBER_CHANGED', networkId, data, organisation.safetyLocked ? null : organisation.country, at),
    );
  }
}

/** The feed is read again from where a reader stood: of a member that is hidden, it no longer says where that is. */
export async function sayCountry(tx: Transaction, organisation: Organisation): Promise<void> {
  const { safetyLocked, country, standing } = organisation;
  await tx.manager.query('SELECT feed.set_countries($1, $2)', [
    standing.map(({ membershipId }) => `membership/${membershipId}`),
    safetyLocked || country === null ? [] : [country],
  ]);
}
