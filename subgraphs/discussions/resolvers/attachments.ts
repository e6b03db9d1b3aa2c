import {
  Arg,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { fileUrl } from '../../../kit/files.ts';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { finishUpload, removeAttachment, showUpload, startUpload, uploadPart } from '../commands/uploads.ts';
import type { DiscussionsContext } from '../context.ts';
import { Attachment, Upload } from '../entities/attachment.ts';
import { FinishUploadInput, StartUploadInput, UploadPartInput } from '../post-inputs.ts';
import { PostPayload } from './payloads.ts';

@ObjectType()
export class UploadPayload {
  @Field(() => Upload, { nullable: true })
  upload!: Upload | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType()
export class AttachmentPayload {
  @Field(() => Attachment, { nullable: true })
  attachment!: Attachment | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => Attachment)
export class AttachmentResolver {
  @Query(() => Upload, {
    nullable: true,
    description: 'An upload of your seat, to go on with it: which parts are still to come. Null once it is forgotten.',
  })
  async upload(@Arg('id', () => ID) id: string, @Ctx() { database, actor }: DiscussionsContext) {
    const { upload } = await answer('upload', () => database.transaction((tx) => showUpload(tx, actor, id)));
    return upload;
  }

  @Mutation(() => UploadPayload, { description: 'Begins to send a file for a thread, by whoever may post in it.' })
  startUpload(
    @Arg('input', () => StartUploadInput) input: StartUploadInput,
    @Ctx() { database, actor }: DiscussionsContext,
  ) {
    return answer('upload', () =>
      database.transaction(async (tx) => showUpload(tx, actor, await startUpload(tx, actor, input))),
    );
  }

  @Mutation(() => UploadPayload, {
    description: 'Sends a part, in any order. What was answered for is kept for a day.',
  })
  uploadPart(
    @Arg('input', () => UploadPartInput) input: UploadPartInput,
    @Ctx() { database, actor }: DiscussionsContext,
  ) {
    return answer('upload', () =>
      database.transaction(async (tx) => showUpload(tx, actor, await uploadPart(tx, actor, input))),
    );
  }

  @Mutation(() => AttachmentPayload, {
    description:
      'Once all parts are there: the file is cleaned of what it says of who made it, where and with what, and kept for ' +
      '`post(attachmentIds:)` within a day. JPEG, PNG, WebP, PDF, DOCX, XLSX, PPTX and plain text are taken.',
  })
  finishUpload(
    @Arg('input', () => FinishUploadInput) input: FinishUploadInput,
    @Ctx() { database, actor, cleaner }: DiscussionsContext,
  ) {
    return answer('attachment', () => finishUpload(database, cleaner, actor, input));
  }

  @Mutation(() => PostPayload, {
    description: 'Takes a file or link away from your own post; or a file that no post has, then `post` is null.',
  })
  removeAttachment(
    @Arg('id', () => ID) id: string,
    @Arg('clientMutationId', () => ID, { nullable: true, description: 'Not needed.' })
    _clientMutationId: string | null | undefined,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('post', async () => {
      const postId = await context.database.transaction((tx) => removeAttachment(tx, context.actor, id));
      context.live.threadChanged();
      context.refresh();
      return postId === null ? null : context.loaders.post.load(postId);
    });
  }

  @FieldResolver(() => Boolean, {
    description:
      'true of every file: who made it, where and with what was taken out of it. A link is not ours to clean.',
  })
  metadataStripped(@Root() { kind }: Attachment): boolean {
    return kind === 'FILE';
  }

  @FieldResolver(() => String, {
    description:
      'Of a file a path at the address of the graph, to be fetched with your bearer token; of a link where it leads.',
  })
  url(@Root() { id, link }: Attachment): string {
    return link ?? fileUrl('discussions', id);
  }
}
