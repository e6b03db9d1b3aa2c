import { Attachment, Upload } from './attachment.ts';
import { Decision, DecisionRound, PositionRecord } from './decision.ts';
import { KnowledgeItem, KnowledgeReading, ReuseRecord } from './knowledge.ts';
import { Attendance, AttendanceAlias, Meeting } from './meeting.ts';
import { Minutes } from './minutes.ts';
import { Mutation } from './mutation.ts';
import { Post, PostRevision, PostTranslation } from './post.ts';
import { PostReport } from './report.ts';
import { SafetyCheck, Statement, StatementStance } from './statement.ts';
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
  AttendanceAlias,
  Minutes,
  Statement,
  StatementStance,
  SafetyCheck,
  KnowledgeItem,
  KnowledgeReading,
  ReuseRecord,
];
