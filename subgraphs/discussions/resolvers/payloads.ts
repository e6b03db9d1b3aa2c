import { Directive, Field, ObjectType } from 'type-graphql';
import { MutationProblem } from '../../../kit/types.ts';
import { Decision } from '../entities/decision.ts';
import { KnowledgeItem } from '../entities/knowledge.ts';
import { Meeting } from '../entities/meeting.ts';
import { Post } from '../entities/post.ts';
import { Statement } from '../entities/statement.ts';
import { Thread } from '../entities/thread.ts';

@ObjectType()
export class ThreadPayload {
  @Field(() => Thread, { nullable: true })
  thread!: Thread | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class PostPayload {
  @Field(() => Post, { nullable: true })
  post!: Post | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class MeetingPayload {
  @Field(() => Meeting, { nullable: true })
  meeting!: Meeting | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class DecisionPayload {
  @Field(() => Decision, { nullable: true })
  decision!: Decision | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class StatementPayload {
  @Field(() => Statement, { nullable: true })
  statement!: Statement | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class KnowledgePayload {
  @Field(() => KnowledgeItem, { nullable: true })
  knowledgeItem!: KnowledgeItem | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}
