import { Arg, Ctx, Directive, FieldResolver, Int, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import { findClaim } from '../../../kit/once.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { ConfirmMailAddressInput, MarkNoticesReadInput, SetMailAddressInput } from '../account-inputs.ts';
import { isPerson } from '../account-policy.ts';
import { readMailAddress } from '../accounts.ts';
import { checkMailCode, confirmMailAddress, setMailAddress } from '../commands/mail-address.ts';
import { markNoticesRead } from '../commands/notices.ts';
import type { MembersContext } from '../context.ts';
import { Viewer } from '../entities/answers.ts';
import { MailAddress, MailAddressPayload } from '../entities/mail-address.ts';
import {
  Notice,
  NoticeConnection,
  NoticesChange,
  NoticesPayload,
  NoticeTarget,
  targetStub,
} from '../entities/notice.ts';
import { linkTo } from '../mail/links.ts';
import { countUnread, isReader, listNotices, positionOf, readTimeZone } from '../notices.ts';

const asked = async ({ actor, database }: MembersContext) =>
  isReader(actor)
    ? { reader: actor, timeZone: await readTimeZone(database.source.manager, actor), now: new Date() }
    : null;

@Resolver(() => Viewer)
export class NoticesOfViewerResolver {
  @FieldResolver(() => NoticeConnection, {
    description: "What this session's seat is told, kept for a year; empty without a seat.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async notices(
    @Ctx() context: MembersContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: 30 }) first?: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
    @Arg('unreadOnly', () => Boolean, { nullable: true, defaultValue: false }) unreadOnly?: boolean | null,
  ): Promise<NoticeConnection> {
    const size = checkFirst(first ?? 30);
    const { cursors, database } = context;
    const position = after == null ? null : cursors.notices.decode(after);
    const question = await asked(context);
    if (!question) return { ...toConnection([], size, after, cursors.notices, positionOf), unread: 0 };
    const { manager } = database.source;
    const page = { limit: size + 1, after: position, unreadOnly: unreadOnly === true };
    const rows = (await listNotices(manager, question, page)).map((row) => Object.assign(new Notice(), row));
    const unread = await countUnread(manager, question);
    return { ...toConnection(rows, size, after, cursors.notices, positionOf), unread };
  }

  @FieldResolver(() => MailAddress, { nullable: true })
  async mailAddress(@Ctx() { actor, database }: MembersContext): Promise<MailAddress | null> {
    return isPerson(actor) ? readMailAddress(database.source.manager, actor.personId) : null;
  }
}

@Resolver(() => Notice)
export class NoticeResolver {
  @FieldResolver(() => LocalizedText, {
    nullable: true,
    description: 'Of the thread, decision, activity or milestone, as it was; null if it had none, or it was redacted.',
  })
  title(
    @Root() { titles, sourceLocale }: Notice,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(titles, locale, sourceLocale);
  }

  @FieldResolver(() => NoticeTarget, { nullable: true })
  target(@Root() { targetType, targetId }: Notice): typeof NoticeTarget {
    return targetStub(targetType, targetId);
  }

  @FieldResolver(() => String, { description: "Where the page shows it, after the platform's address: /plans/..." })
  path(@Root() notice: Notice): string {
    return linkTo(notice);
  }
}

@Resolver()
export class NoticeMutations {
  @Mutation(() => NoticesPayload, { description: 'Notes that your seat has read notices, on all your devices.' })
  markNoticesRead(
    @Arg('input', () => MarkNoticesReadInput) input: MarkNoticesReadInput,
    @Ctx() context: MembersContext,
  ): Promise<NoticesPayload> {
    return answer('unread', async () => {
      await context.database.transaction((tx) => markNoticesRead(tx, context.actor, input));
      context.noticesLive.wake();
      const question = await asked(context);
      return question ? countUnread(context.database.source.manager, question) : 0;
    });
  }

  @Mutation(() => MailAddressPayload, {
    description:
      'Says where the person wants to be mailed: a code is mailed there, for `confirmMailAddress`. Until then the address of before stays. At most five codes a day.',
  })
  setMailAddress(
    @Arg('input', () => SetMailAddressInput) input: SetMailAddressInput,
    @Ctx() context: MembersContext,
  ): Promise<MailAddressPayload> {
    const { actor, database, mailer } = context;
    return answer('mailAddress', async () => {
      const personId = await database.transaction((tx) => setMailAddress(tx, actor, input, mailer !== undefined));
      mailer?.look();
      return readMailAddress(database.source.manager, personId);
    });
  }

  @Mutation(() => MailAddressPayload, { description: 'Confirms the address by the code that was mailed to it.' })
  confirmMailAddress(
    @Arg('input', () => ConfirmMailAddressInput) input: ConfirmMailAddressInput,
    @Ctx() { actor, database }: MembersContext,
  ): Promise<MailAddressPayload> {
    return answer('mailAddress', async () => {
      const { manager } = database.source;
      const isDone = (await findClaim(manager, actor, 'confirmMailAddress', input)) !== undefined;
      if (!isDone) await checkMailCode(database.source, actor, input.code);
      const personId = await database.transaction((tx) => confirmMailAddress(tx, actor, input));
      return readMailAddress(database.source.manager, personId);
    });
  }
}

@Resolver()
export class NoticesLiveResolver {
  @Subscription(() => NoticesChange, {
    description:
      'How many notices of your seat are unread: as it is, then whenever it changes. Read `viewer.notices` for what is new. FORBIDDEN without a seat.',
    subscribe: ({ context }) => {
      const { noticesLive, actor } = context as MembersContext;
      return noticesLive.follow(actor) as never;
    },
  })
  noticesChanged(@Root() unread: number): NoticesChange {
    return Object.assign(new NoticesChange(), { unread });
  }
}
