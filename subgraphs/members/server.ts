import { reportHeads } from '../../kit/audit/heads.ts';
import { createCursors } from '../../kit/cursor.ts';
import { startDataRights } from '../../kit/data-rights/contribute.ts';
import { openDatabase } from '../../kit/database/open.ts';
import { type RunningServer, serveSubgraph } from '../../kit/server.ts';
import { readInstallation, type SubgraphOptions } from '../../kit/subgraph.ts';
import { readExportFile } from './accounts.ts';
import { followHeads, type LinkedRegion } from './audit-peers.ts';
import { createChanges } from './changes.ts';
import type { AuditPosition, MembersContext } from './context.ts';
import { collectActs, finishDataRights, inConfidence } from './data-rights-jobs.ts';
import { isDirectoryId, readDirectoryFile } from './directory.ts';
import { DirectoryExport } from './entities/directory.ts';
import { Membership, MembershipEvent, Sponsorship } from './entities/membership.ts';
import { Organisation } from './entities/organisation.ts';
import { Person } from './entities/person.ts';
import { RoleAssignment, Seat, SeatOffer } from './entities/seat.ts';
import { startErasure } from './erasure.ts';
import type { MatchPosition } from './expertise.ts';
import type { ListPosition } from './lists.ts';
import { createLoaders } from './loaders.ts';
import { createMailer } from './mail/mailer.ts';
import type { MailSettings } from './mail/transport.ts';
import { migrations } from './migrations/index.ts';
import type { NoticePosition } from './notices.ts';
import { startClearing } from './notices-kept.ts';
import { followNotices } from './notices-live.ts';
import { loadRecords, type MembersRecords } from './records.ts';
import { buildMembersSchema } from './schema.ts';

export interface MembersOptions extends SubgraphOptions<MembersRecords> {
  /** Absent: nothing is mailed. */
  mail?: MailSettings | undefined;
  /** Other regions, whose audit logs are watched. */
  links?: readonly LinkedRegion[];
}

/** Opens the members database and serves the subgraph. `stop` is safe to call twice. */
export async function start(options: MembersOptions): Promise<RunningServer> {
  const { load, secret, port, host, log } = options;
  const { schema } = buildMembersSchema();
  const database = await openDatabase({
    ...options.database,
    subgraph: 'members',
    entities: [
      Organisation,
      Membership,
      MembershipEvent,
      Sponsorship,
      Person,
      Seat,
      SeatOffer,
      RoleAssignment,
      DirectoryExport,
    ],
    migrations,
    ...(load && {
      async load(tx) {
        const leftOut = await loadRecords(tx, load);
        log.info('records loaded', { samplesLeftOut: leftOut });
      },
    }),
  });
  const { hints } = options.database;
  const heads = reportHeads(database, log);
  const peers = followHeads({ database, log, links: options.links ?? [] });
  const dataRights = startDataRights({
    ...{ database, subgraph: 'members', hints, log, collect: collectActs, hide: inConfidence },
    finish: () => finishDataRights(database),
  });
  const erasure = startErasure(database, log);
  const clearing = startClearing(database, log);
  const { mail } = options;
  if (!mail) log.info('nothing is mailed: SMTP_URL is not set');
  const mailer = mail && createMailer({ database, hints, log, mail });
  const noticesLive = followNotices({ source: database.source, hints });
  try {
    const { id, epoch } = await readInstallation(database.source);
    const installation = `${id} ${epoch}`; // a cursor of before a restore is none
    const listCursors = (stream: string) =>
      createCursors<ListPosition>(options.cursorSecret, { kind: 'list', stream, installation });
    const cursors = {
      memberships: listCursors('members.memberships'),
      organisations: listCursors('members.organisations'),
      audit: createCursors<AuditPosition>(options.cursorSecret, {
        kind: 'list',
        stream: 'members.audit',
        installation,
      }),
      experts: createCursors<MatchPosition>(options.cursorSecret, {
        kind: 'list',
        stream: 'members.experts',
        installation,
      }),
      notices: createCursors<NoticePosition>(options.cursorSecret, {
        kind: 'list',
        stream: 'members.notices',
        installation,
      }),
    };
    const changes = createChanges({
      source: database.source,
      hints,
      cursors: createCursors(options.cursorSecret, { kind: 'memberships', stream: 'members', installation }),
    });
    const server = await serveSubgraph<MembersContext>({
      name: 'members',
      schema,
      files: (actor, id) =>
        isDirectoryId(id) ? readDirectoryFile(database, actor, id) : readExportFile(database.source.manager, actor, id),
      secret,
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
      log,
      createContext: (request) => ({
        ...request,
        ...{ database, hints, cursors, changes, noticesLive },
        ...(mailer && { mailer }),
        loaders: createLoaders(database.source),
      }),
    });
    return {
      url: server.url,
      async stop() {
        changes.stop();
        noticesLive.stop();
        await server.stop();
        await mailer?.stop();
        await clearing.stop();
        await erasure.stop();
        heads.stop();
        await peers.stop();
        await dataRights.stop();
        await database.stop();
      },
    };
  } catch (error) {
    noticesLive.stop();
    await mailer?.stop();
    await clearing.stop();
    await erasure.stop();
    heads.stop();
    await peers.stop();
    await dataRights.stop();
    await database.stop();
    throw error;
  }
}
