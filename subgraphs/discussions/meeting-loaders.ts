import type { EntityManager } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { type Listed, type Lists, perArguments, sendable } from './batch.ts';
import { readableMeeting } from './conditions.ts';
import { Attendance, Meeting, type MeetingKind, type MeetingStatus } from './entities/meeting.ts';
import { Minutes } from './entities/minutes.ts';
import { select } from './statement.ts';

/** Where a page of meetings ended: time of its beginning (`infinity` where that is open), and id. */
export type MeetingPlace = [string, string];

export interface MeetingPage {
  kind?: MeetingKind | null;
  status?: MeetingStatus | null;
  /** Those that begin at this time or later, and before that one. */
  from?: Date | null;
  before?: Date | null;
  /** Rows wanted for each key. */
  limit: number;
  after?: MeetingPlace | null;
}

export const placeOf = ({ startsAt, id }: Meeting): MeetingPlace => [startsAt?.toISOString() ?? 'infinity', id];

export function createMeetingLoaders(manager: EntityManager, actor: Actor) {
  const begins = "coalesce(m.starts_at, 'infinity')";

  /** @param belongs condition that meeting `m` is in the list of key `k.id` */
  const meetingLists = (belongs: string) =>
    perArguments(
      ({ kind, status, from, before, limit, after }: MeetingPage): Lists<Meeting> =>
        loadListByKey(
          (keys) =>
            select(
              manager,
              Meeting,
              (columns, bind) =>
                `SELECT ${columns}, k.id AS key FROM unnest(${bind(sendable(keys))}::text[]) AS k(id)
                 CROSS JOIN LATERAL (
                   SELECT * FROM meeting m WHERE ${belongs} AND ${readableMeeting('m', actor, bind)}
                   ${kind ? `AND m.kind = ${bind(kind)}` : ''} ${status ? `AND m.status = ${bind(status)}` : ''}
                   ${from ? `AND m.starts_at >= ${bind(from)}` : ''} ${before ? `AND m.starts_at < ${bind(before)}` : ''}
                   ${after ? `AND (${begins} < ${bind(after[0])}::timestamptz OR ${begins} = ${bind(after[0])}::timestamptz AND m.id > ${bind(after[1])})` : ''}
                   ORDER BY ${begins} DESC, m.id LIMIT ${bind(limit)}
                 ) r ORDER BY coalesce(r.starts_at, 'infinity') DESC, r.id`,
            ) as Promise<Listed<Meeting>[]>,
          (row) => row.key,
        ),
    );

  return {
    meeting: loadByKey<string, Meeting>(
      (ids) =>
        select(
          manager,
          Meeting,
          (columns, bind) =>
            `SELECT ${columns} FROM meeting r WHERE r.id = ANY(${bind(sendable(ids))}) AND ${readableMeeting('r', actor, bind)}`,
        ),
      (row) => row.id,
    ),
    meetingsOfNetwork: meetingLists('m.network_ids @> ARRAY[k.id]'),
    meetingsOfBody: meetingLists('m.body_id = k.id'),
    /** Meetings at which an item of the library is a material. */
    meetingsOfMaterial: meetingLists('m.material_ids @> ARRAY[k.id]'),
    /** Keys are ids of meetings that the actor has been shown. Organisations first, then aliases, of which the meeting's own readers alone are told. */
    attendance: loadListByKey<string, Attendance>(
      (meetingIds) =>
        select(
          manager,
          Attendance,
          (columns, bind) =>
            `SELECT ${columns}, r.alias FROM (
               SELECT a.*, NULL::text AS alias FROM attendance a
               UNION ALL SELECT meeting_id, NULL, NULL, rsvp, 'USER', alias FROM attendance_alias
             ) r WHERE r.meeting_id = ANY(${bind(meetingIds)}) ORDER BY r.organisation_id NULLS LAST, r.alias`,
        ),
      (row) => row.meetingId,
    ),
    /** Keys are ids of meetings that the actor has been shown. First version first. */
    minutes: loadListByKey<string, Minutes>(
      (meetingIds) =>
        select(
          manager,
          Minutes,
          (columns, bind) =>
            `SELECT ${columns} FROM minutes r WHERE r.meeting_id = ANY(${bind(meetingIds)}) ORDER BY r.number`,
        ),
      (row) => row.meetingId,
    ),
  };
}
