import { Decision, DecisionRound, PositionRecord } from './decision.ts';
import { Attendance, Meeting } from './meeting.ts';
import { Mutation } from './mutation.ts';
import { Post } from './post.ts';
import { Thread } from './thread.ts';

export const entities = [Thread, Post, Meeting, Attendance, Decision, DecisionRound, PositionRecord, Mutation];
