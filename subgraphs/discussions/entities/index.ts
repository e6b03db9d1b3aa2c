import { Attachment, Upload } from './attachment.ts';
import { Decision, DecisionRound, PositionRecord } from './decision.ts';
import { Attendance, Meeting } from './meeting.ts';
import { Mutation } from './mutation.ts';
import { Post, PostRevision, PostTranslation } from './post.ts';
import { PostReport } from './report.ts';
import { Thread } from './thread.ts';

export const entities = [
  Thread,
  Post,
  Meeting,
  Attendance,
  Decision,
  DecisionRound,
  PositionRecord,
  Mutation,
  Attachment,
  Upload,
  PostRevision,
  PostTranslation,
  PostReport,
];
