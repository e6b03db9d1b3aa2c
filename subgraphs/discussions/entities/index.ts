import { Attendance, Meeting } from './meeting.ts';
import { Mutation } from './mutation.ts';
import { Post } from './post.ts';
import { Thread } from './thread.ts';

export const entities = [Thread, Post, Meeting, Attendance, Mutation];
