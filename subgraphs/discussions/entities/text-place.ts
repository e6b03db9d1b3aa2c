import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { Decision } from './decision.ts';
import { KnowledgeItem } from './knowledge.ts';
import { Meeting } from './meeting.ts';
import { Post } from './post.ts';
import { Statement } from './statement.ts';
import { Thread } from './thread.ts';

export const TextRecord = createUnionType({
  name: 'TextRecord',
  description:
    'What people wrote: words are taken out of a Post by `redactPost`, out of a Thread by `redactThread`, out of all others by `redactRecord`.',
  types: () => [Post, Thread, Meeting, Statement, KnowledgeItem, Decision] as const,
});

@ObjectType({ description: 'A record in which words stand.' })
export class TextPlace {
  @Field(() => TextRecord)
  record!: Post | Thread | Meeting | Statement | KnowledgeItem | Decision;
  @Field(() => Int, {
    description: 'In how many places: of a post also its translations, earlier texts and the names of its attachments.',
  })
  places!: number;
}
