import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid } from '../../../kit/types.ts';
import { Attendance, AttendanceAlias, type Meeting, type MeetingStatus, type Rsvp } from '../entities/meeting.ts';
import type { AttendanceInput, RecordAttendanceInput } from '../meeting-inputs.ts';
import { checkId } from '../text.ts';
import { checkLine } from './meeting-details.ts';
import { requireMeeting, withMeeting } from './meeting-steps.ts';

const aliasLimit = 80; // characters

/** Before it opens organisations are invited; then it is written down who came. */
const recordable: Partial<Record<MeetingStatus, readonly Rsvp[]>> = {
  DRAFT: ['INVITED'],
  SCHEDULED: ['INVITED'],
  OPEN: ['ATTENDED', 'ABSENT'],
  CLOSED: ['ATTENDED', 'ABSENT'],
  MINUTES_DRAFT: ['ATTENDED', 'ABSENT'],
};

interface Entry {
  organisationId: string | null;
  alias: string | null;
  rsvp: Rsvp | null;
}

/** Invites organisations, or writes down who came: by organisation, or under an alias where even that may endanger somebody. Until the minutes are adopted. */
export function recordAttendance(tx: Transaction, actor: Actor, input: RecordAttendanceInput): Promise<string> {
  if (input.attendance.length > 300) throw invalid('attendance: at most 300 at once.', 'input', 'attendance');
  const entries = input.attendance.map(checkEntry);
  return withMeeting(tx, actor, 'recordAttendance', input, async (meeting) => {
    const allowed = recordable[meeting.status];
    requireMeeting(meeting, ...(Object.keys(recordable) as MeetingStatus[]));
    const wrong = entries.findIndex(({ rsvp }) => rsvp !== null && !allowed?.includes(rsvp));
    if (wrong >= 0) {
      const path = ['input', 'attendance', `${wrong}`, 'rsvp'];
      throw invalid(`rsvp: while the meeting is ${meeting.status} it is ${allowed?.join(' or ')}.`, ...path);
    }
    for (const entry of entries) await writeEntry(tx, meeting, entry);
  });
}

function checkEntry({ organisationId, alias, rsvp }: AttendanceInput, index: number): Entry {
  const path = ['input', 'attendance', `${index}`];
  if ((organisationId == null) === (alias == null)) {
    throw invalid('organisationId: name an organisation or an alias, one of them.', ...path, 'organisationId');
  }
  if (organisationId != null) checkId(organisationId, ...path, 'organisationId');
  const name = checkLine(alias, aliasLimit, ...path, 'alias');
  if (alias != null && (name === null || name.includes('@'))) {
    throw invalid('alias: a word that names nobody: no address.', ...path, 'alias');
  }
  return { organisationId: organisationId ?? null, alias: name, rsvp: rsvp ?? null };
}

async function writeEntry({ manager }: Transaction, { id: meetingId }: Meeting, entry: Entry): Promise<void> {
  const { organisationId, alias, rsvp } = entry;
  if (alias !== null) {
    if (rsvp === null) await manager.delete(AttendanceAlias, { meetingId, alias });
    else await manager.upsert(AttendanceAlias, { meetingId, alias, rsvp }, ['meetingId', 'alias']);
    return;
  }
  if (organisationId === null) return;
  if (rsvp === null) await manager.delete(Attendance, { meetingId, organisationId });
  else {
    // An invitation does not undo an answer; who was there was there through whichever seat answered.
    await manager.query(
      `INSERT INTO attendance AS a (meeting_id, organisation_id, rsvp, provenance) VALUES ($1, $2, $3, 'USER')
       ON CONFLICT (meeting_id, organisation_id) DO UPDATE SET rsvp = excluded.rsvp WHERE excluded.rsvp <> 'INVITED'`,
      [meetingId, organisationId, rsvp],
    );
  }
}
