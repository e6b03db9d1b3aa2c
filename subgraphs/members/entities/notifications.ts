import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { defineEnum, MutationProblem } from '../../../kit/types.ts';
import type { Problems } from './problems.ts';

export const digestFrequencies = ['OFF', 'IMMEDIATE', 'DAILY', 'WEEKLY', 'MONTHLY'] as const;
export type DigestFrequency = (typeof digestFrequencies)[number];
export const DigestFrequencyEnum = defineEnum('DigestFrequency', digestFrequencies);

@ObjectType({ description: "How the person is told of what happened: one set for all of the person's seats." })
export class NotificationSettings {
  @Field(() => DigestFrequencyEnum)
  digest!: DigestFrequency;
  @Field(() => Int, { description: '0 to 23, in timeZone: the hour at which a digest is made.' })
  digestHourLocal!: number;
  @Field(() => String, { description: 'IANA name, e.g. Africa/Kampala.' })
  timeZone!: string;
  @Field(() => Boolean, {
    description:
      'False: a digest says how much there is to read and where, and quotes nothing. Mail can be read on its way.',
  })
  includeContent!: boolean;
  @Field(() => Boolean, { description: 'A mention is told at once, whatever the digest.' })
  mentionsImmediate!: boolean;
  @Field(() => Int, { description: '0 until something has been set.' })
  version!: number;
}

/** Of who has set nothing; the time zone is the first seat's. */
export const defaultSettings: NotificationSettings = {
  digest: 'DAILY',
  digestHourLocal: 8,
  timeZone: 'UTC',
  includeContent: false,
  mentionsImmediate: true,
  version: 0,
};

@ObjectType()
export class NotificationsPayload {
  @Field(() => NotificationSettings, { nullable: true })
  notifications!: NotificationSettings | null;
  @Field(() => [MutationProblem])
  @Directive('@listSize(assumedSize: 1)')
  problems!: Problems;
}
