import { stringify } from 'csv-stringify/sync';
import { type Actor, type Visibility, visibilities } from '../../kit/context.ts';
import type { Database } from '../../kit/database/open.ts';
import type { ServedFile } from '../../kit/files.ts';
import { sayExport } from './commands/directory.ts';
import { DirectoryExport } from './entities/directory.ts';
import type { Organisation } from './entities/organisation.ts';
import type { Seat } from './entities/seat.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import { displayName } from './names.ts';
import { mayFetchDirectory } from './policy/directory.ts';
import { maySeeContact, maySeeField } from './policy.ts';

/** Ids of these files, among those that this subgraph serves. */
export const isDirectoryId = (id: string): boolean => id.startsWith('directory:');

const columns = [
  'organisation',
  'stakeholder type',
  'country',
  'languages',
  'website',
  'mailbox',
  'seat',
  'roles',
  'contacts',
] as const;

/**
 * The directory of a network as it is now, one line for each seat of its ACTIVE members, as the network may read it, whatever
 * more this reader may: the file is passed on. A safety-locked organisation and a frozen seat are left out, a field or a
 * contact is there only if its owner shows it to the network, and no person is named.
 * Each reading is written into the audit log. @returns null for what is not there, not agreed to, over, or not the actor's
 */
export async function readDirectoryFile(
  database: Database,
  actor: Actor,
  id: string,
  now: () => Date = () => new Date(),
): Promise<ServedFile | null> {
  const found = await database.source.manager.findOneBy(DirectoryExport, { id });
  if (!found || found.approvedAt === null || found.expiresAt <= now() || !mayFetchDirectory(actor, found)) return null;
  const rows = await readRows(database, actor, found.networkId);
  await database.transaction(async (tx) => sayExport(tx, actor, found, 'READ'));
  const csv = stringify(rows, { header: true, columns: [...columns], bom: true, escape_formulas: true });
  const name = `directory-${found.networkId.replace(/^net:/, '')}.csv`;
  return { name, mediaType: 'text/csv; charset=utf-8', bytes: Buffer.from(csv) };
}

/** Shown to all of the network: not to a group, or to who reads his own. */
const isForAll = (visibility: Visibility): boolean =>
  visibilities.indexOf(visibility) <= visibilities.indexOf('NETWORK');

async function readRows(database: Database, actor: Actor, networkId: string): Promise<string[][]> {
  const loaders = createLoaders(database.source);
  const members: { id: string }[] = await database.source.query(
    `SELECT o.id FROM membership m JOIN organisation o ON o.id = m.organisation_id
     WHERE m.network_id = $1 AND m.status = 'ACTIVE' ORDER BY o.list_name, o.id`,
    [networkId],
  );
  // Each kind of record is read at once for all of the network: in step, so that what is asked for makes one batch.
  const found = await Promise.all(members.map(({ id }) => loaders.organisations.load(id)));
  const organisations = found.filter((one) => one !== null).filter(({ safetyLocked }) => !safetyLocked);
  const seatsOf = await Promise.all(organisations.map(({ id }) => loaders.seatsOfOrganisation.load(id)));
  const shownSeats = seatsOf.map((seats) =>
    seats.filter((seat) => seat.networkIds.includes(networkId) && seat.frozenAt === null),
  );
  const seatRows = await Promise.all(
    shownSeats.map((seats, n) =>
      Promise.all(seats.map((seat) => rowOfSeat(loaders, actor, organisations[n]!, seat, networkId))),
    ),
  );
  return organisations.flatMap((organisation, n) => {
    const facts = factsOf(actor, organisation);
    const rows = seatRows[n]!;
    return rows.length === 0 ? [[...facts, '', '', '']] : rows.map((row) => [...facts, ...row]);
  });
}

function factsOf(actor: Actor, organisation: Organisation): string[] {
  const shown = (field: 'website' | 'contactMailbox' | 'languages') =>
    isForAll(organisation.fieldVisibility[field] ?? 'NETWORK') && maySeeField(actor, organisation, field);
  return [
    organisation.name,
    organisation.stakeholderType ?? '',
    organisation.country ?? '',
    shown('languages') ? organisation.languages.join(' ') : '',
    (shown('website') && organisation.website) || '',
    (shown('contactMailbox') && organisation.contactMailbox) || '',
  ];
}

async function rowOfSeat(
  loaders: Loaders,
  actor: Actor,
  organisation: Organisation,
  { id, personId, displayMode, alias }: Seat,
  networkId: string,
): Promise<string[]> {
  const [held, person] = await Promise.all([
    loaders.roles.load(id),
    personId === null ? null : loaders.persons.load(personId),
  ]);
  const roles = held.filter((role) => role.networkId === networkId);
  const contacts = (person?.contactChannels ?? []).filter(
    (channel) => isForAll(channel.visibility) && maySeeContact(actor, person!, channel),
  );
  return [
    displayName({ displayMode, alias, organisation: organisation.name, vacant: person === null, person: null }),
    roles.map(({ role, bodyId }) => (bodyId ? `${role} (${bodyId})` : role)).join(', '),
    contacts.map(({ kind, value }) => `${kind}: ${value}`).join(', '),
  ];
}
