import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver } from 'type-graphql';
import { dataRightsChannel } from '../../../kit/data-rights/contribute.ts';
import { answer } from '../../../kit/types.ts';
import {
  RequestDataExportInput,
  RequestErasureInput,
  RevokeSessionsInput,
  SetNotificationsInput,
} from '../account-inputs.ts';
import { isPerson } from '../account-policy.ts';
import { readErasure, readExports, readNotifications, readSessions } from '../accounts.ts';
import { askForErasure, checkConfirmation, erasePerson, requestDataExport } from '../commands/data-rights.ts';
import { setNotifications } from '../commands/notifications.ts';
import { requirePerson, revokeSessions } from '../commands/sessions.ts';
import { type MembersContext, run } from '../context.ts';
import { Viewer } from '../entities/answers.ts';
import { DataExport, DataExportPayload, ErasurePayload } from '../entities/data-rights.ts';
import { NotificationSettings, NotificationsPayload } from '../entities/notifications.ts';
import { Session, SessionsPayload } from '../entities/session.ts';

/** What of the signed-in person is nobody else's. */
@Resolver(() => Viewer)
export class AccountResolver {
  @FieldResolver(() => [Session], {
    description: 'Sign-ins of the person that are still good, the last used first. One is ended by revokeSessions.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async sessions(@Ctx() { actor, database }: MembersContext): Promise<Session[]> {
    return isPerson(actor) ? readSessions(database.source.manager, actor.personId, actor.session?.id) : [];
  }

  @FieldResolver(() => NotificationSettings, { nullable: true })
  async notifications(@Ctx() { actor, database }: MembersContext): Promise<NotificationSettings | null> {
    return isPerson(actor) ? readNotifications(database.source.manager, actor.personId) : null;
  }

  @FieldResolver(() => [DataExport], {
    description: 'What the person has asked for and is still kept, the latest first.',
  })
  @Directive('@listSize(assumedSize: 5)')
  async dataExports(@Ctx() { actor, database }: MembersContext): Promise<DataExport[]> {
    return isPerson(actor) ? readExports(database.source.manager, actor.personId) : [];
  }
}

@Resolver()
export class AccountMutations {
  @Mutation(() => SessionsPayload, {
    description:
      'Ends sessions of the person: within a second their tokens are refused and their streams end. With `all`, this one too.',
  })
  revokeSessions(
    @Arg('input', () => RevokeSessionsInput) input: RevokeSessionsInput,
    @Ctx() context: MembersContext,
  ): Promise<SessionsPayload> {
    return answer('revoked', () => run(context, (tx) => revokeSessions(tx, context.actor, input)));
  }

  @Mutation(() => NotificationsPayload, { description: 'Sets how the person is told of what happened.' })
  setNotifications(
    @Arg('input', () => SetNotificationsInput) input: SetNotificationsInput,
    @Ctx() context: MembersContext,
  ): Promise<NotificationsPayload> {
    return answer('notifications', async () => {
      const personId = await run(context, (tx) => setNotifications(tx, context.actor, input));
      return readNotifications(context.database.source.manager, personId);
    });
  }

  @Mutation(() => DataExportPayload, {
    description:
      'Asks for all that the platform has of the person and that the person wrote, as a JSON file: see Viewer.dataExports. At most five a day; one that is being made is given again.',
  })
  requestDataExport(
    @Arg('input', () => RequestDataExportInput) input: RequestDataExportInput,
    @Ctx() context: MembersContext,
  ): Promise<DataExportPayload> {
    return answer('dataExport', async () => {
      const id = await run(context, (tx) => requestDataExport(tx, context.actor, input));
      context.hints.publish(dataRightsChannel, '');
      const personId = requirePerson(context.actor);
      return (await readExports(context.database.source.manager, personId, id))[0] ?? null;
    });
  }

  @Mutation(() => ErasurePayload, {
    description:
      'Erases the person, in two steps: without `confirm` it gives a code and does nothing; with that code it is done, and cannot be undone.',
  })
  requestErasure(
    @Arg('input', () => RequestErasureInput) input: RequestErasureInput,
    @Ctx() context: MembersContext,
  ): Promise<ErasurePayload> {
    const { actor, database } = context;
    return answer('erasure', async () => {
      if (input.confirm == null) {
        const asked = await run(context, (tx) => askForErasure(tx, actor, input));
        return readErasure(database.source.manager, asked);
      }
      const confirmed = await checkConfirmation(database.source, actor, input.confirm);
      await run(context, (tx) => erasePerson(tx, actor, confirmed));
      context.hints.publish(dataRightsChannel, '');
      return readErasure(database.source.manager, confirmed);
    });
  }
}
