import { Field, ID, InputType, Int } from 'type-graphql';
import { Base64, LocaleTag } from '../../kit/scalars.ts';

@InputType()
export class RedactPostInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  postId!: string;
  @Field(() => String, {
    description: 'Shown in its place. It must not repeat what is taken out; at most 300 characters.',
  })
  reason!: string;
}

@InputType()
export class RedactThreadInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  threadId!: string;
  @Field(() => String, { description: 'It must not repeat what is taken out; at most 300 characters.' })
  reason!: string;
}

@InputType()
export class ReportPostInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same report.' })
  clientMutationId!: string;
  @Field(() => ID)
  postId!: string;
  @Field(() => String, { description: 'For the safety officer; at most 1,000 characters.' })
  reason!: string;
}

@InputType()
export class CloseReportInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  reportId!: string;
  @Field(() => String, { description: 'What was done about it; at most 1,000 characters.' })
  outcome!: string;
}

@InputType()
export class SetReactionInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  postId!: string;
  @Field(() => String, { description: 'agree, thanks, celebrate, seen, question or disagree.' })
  key!: string;
  @Field(() => Boolean, { description: 'false takes it back.' })
  on!: boolean;
}

@InputType()
export class TranslatePostInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  postId!: string;
  @Field(() => LocaleTag, { description: 'The language of the translation: another than the original’s.' })
  locale!: string;
  @Field(() => String, { description: 'Plain text, at most 20,000 characters.' })
  text!: string;
  @Field(() => Int, { description: '`Post.version` of the text that you translated.' })
  sourceVersion!: number;
  @Field(() => Int, {
    nullable: true,
    description: '`version` of the translation that you replace; null: there was none.',
  })
  expectedVersion?: number | null;
}

@InputType()
export class RequestTranslationInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again changes nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  postId!: string;
  @Field(() => LocaleTag)
  locale!: string;
}

@InputType()
export class MarkThreadReadInput {
  @Field(() => ID, { description: 'Yours to choose.' })
  clientMutationId!: string;
  @Field(() => ID)
  threadId!: string;
  @Field(() => ID, { nullable: true, description: 'The last post that you have read; null: all there are.' })
  upToPostId?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'true: also back to that post, so that what comes after it is unread again.',
  })
  back?: boolean | null;
}

@InputType()
export class StartUploadInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same upload.' })
  clientMutationId!: string;
  @Field(() => ID, { description: 'The thread that the file is for: whoever may post in it may send it.' })
  threadId!: string;
  @Field(() => String, { description: 'At most 200 characters. What the file is goes by its bytes, not by its name.' })
  name!: string;
  @Field(() => Int, { description: 'Of the whole file: at most 10 MiB.' })
  bytes!: number;
  @Field(() => String, {
    nullable: true,
    description: 'What is to be seen, in words; at most 1,000 characters. An image needs one.',
  })
  textAlternative?: string | null;
}

@InputType()
export class UploadPartInput {
  @Field(() => ID)
  uploadId!: string;
  @Field(() => Int, { description: 'From 0.' })
  number!: number;
  @Field(() => Base64, {
    description: '`partBytes` bytes; the last part has what is left. Sent again it replaces nothing.',
  })
  content!: string;
  @Field(() => ID, { nullable: true, description: 'Not needed: the number of a part is its own.' })
  clientMutationId?: string | null;
}

@InputType()
export class FinishUploadInput {
  @Field(() => ID, { nullable: true, description: 'Not needed: an upload gives one attachment.' })
  clientMutationId?: string | null;
  @Field(() => ID)
  uploadId!: string;
  @Field(() => String, { nullable: true, description: 'In place of what `startUpload` was given.' })
  textAlternative?: string | null;
}
