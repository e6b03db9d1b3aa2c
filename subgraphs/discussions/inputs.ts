import { Field, ID, InputType } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { LocaleTag } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';

@InputType()
export class AnchorInput {
  @Field(() => String, {
    description:
      'Network, Body, WorkingPlan, Objective, Outcome, Activity, Meeting, Decision, Statement, KnowledgeItem, Guidelines or ReviewEngagement.',
  })
  typename!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => String, { nullable: true })
  field?: string | null;
  @Field(() => String, { nullable: true })
  quote?: string | null;
}

@InputType()
export class StartThreadInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same thread.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => ID, { nullable: true, description: 'For GROUP visibility, unless the anchor is the body itself.' })
  bodyId?: string | null;
  @Field(() => AnchorInput)
  anchor!: AnchorInput;
  @Field(() => [LocalizedInput], { nullable: true, description: 'At most 300 characters in each language.' })
  title?: LocalizedInput[] | null;
  @Field(() => String, {
    description: 'The first post: plain text, at most 20,000 characters; empty where the title says it all.',
  })
  body!: string;
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => VisibilityEnum)
  visibility!: Visibility;
}

@InputType()
export class LinkInput {
  @Field(() => String, { description: 'https or http; at most 2,000 characters.' })
  url!: string;
  @Field(() => String, { description: 'At most 200 characters.' })
  title!: string;
  @Field(() => String, {
    description: 'What is to be seen or heard there, in words, for those who cannot load it; at most 1,000 characters.',
  })
  textAlternative!: string;
  @Field(() => String, { nullable: true, description: 'The same for a poor connection: a low-bitrate copy.' })
  lowBandwidthUrl?: string | null;
}

@InputType()
export class PostInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same post.' })
  clientMutationId!: string;
  @Field(() => ID)
  threadId!: string;
  @Field(() => String, { description: 'Plain text, at most 20,000 characters.' })
  body!: string;
  @Field(() => LocaleTag)
  locale!: string;
  @Field(() => ID, { nullable: true })
  replyToId?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'At most 50. A mention reaches a seat that may read the thread; any other never learns of it.',
  })
  mentionSeatIds?: string[] | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'At most 10: files that your seat has finished uploading for this thread, in this order.',
  })
  attachmentIds?: string[] | null;
  @Field(() => [LinkInput], { nullable: true, description: 'At most 10: videos, pages and other things on the web.' })
  links?: LinkInput[] | null;
}
