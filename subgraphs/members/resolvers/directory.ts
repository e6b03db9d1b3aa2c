import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { fileUrl } from '../../../kit/files.ts';
import { answer } from '../../../kit/types.ts';
import { approveDirectoryExport, requestDirectoryExport } from '../commands/directory.ts';
import { type MembersContext, run } from '../context.ts';
import { DirectoryExport, DirectoryExportPayload } from '../entities/directory.ts';
import { Network } from '../entities/foreign.ts';
import { Seat } from '../entities/seat.ts';
import { ApproveDirectoryExportInput, RequestDirectoryExportInput } from '../inputs.ts';
import { mayFetchDirectory, maySeeDirectoryExports } from '../policy/directory.ts';
import { readSeat } from './read.ts';

@Resolver(() => DirectoryExport)
export class DirectoryResolver {
  @Query(() => [DirectoryExport], {
    description:
      'Exports of the directory with contacts that were asked for, the latest first, at most 50. Empty to all but those who lead the network and its safety officer.',
  })
  @Directive('@listSize(assumedSize: 10)')
  async directoryExports(
    @Arg('networkId', () => ID) networkId: string,
    @Ctx() { actor, database }: MembersContext,
  ): Promise<DirectoryExport[]> {
    if (!maySeeDirectoryExports(actor, networkId)) return [];
    const { manager } = database.source;
    return manager.find(DirectoryExport, {
      where: { networkId },
      order: { requestedAt: 'DESC', id: 'DESC' },
      take: 50,
    });
  }

  @FieldResolver(() => Network, { nullable: true })
  network(@Root() { networkId }: DirectoryExport): Network {
    return Object.assign(new Network(), { id: networkId });
  }

  @FieldResolver(() => Seat, { nullable: true })
  requestedBy(@Root() one: DirectoryExport, @Ctx() context: MembersContext): Promise<Seat | null> {
    return readSeat(context, one.requestedBySeatId);
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'Null until somebody has agreed to it.' })
  async approvedBy(@Root() one: DirectoryExport, @Ctx() context: MembersContext): Promise<Seat | null> {
    return one.approvedBySeatId === null ? null : readSeat(context, one.approvedBySeatId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Path at the gateway, to be fetched with your bearer token; to the two persons, once it is agreed to.',
  })
  url(@Root() one: DirectoryExport, @Ctx() { actor }: MembersContext): string | null {
    return mayFetchDirectory(actor, one) ? fileUrl('members', one.id) : null;
  }

  @Mutation(() => DirectoryExportPayload, {
    description:
      'A coordinator or steering member asks for the directory of the network with its contacts, and says why.',
  })
  requestDirectoryExport(
    @Arg('input', () => RequestDirectoryExportInput) input: RequestDirectoryExportInput,
    @Ctx() context: MembersContext,
  ) {
    return answerExport(context, () => run(context, (tx) => requestDirectoryExport(tx, context.actor, input)));
  }

  @Mutation(() => DirectoryExportPayload, {
    description: 'Another coordinator or steering member agrees; then the two may fetch the file for 24 hours.',
  })
  approveDirectoryExport(
    @Arg('input', () => ApproveDirectoryExportInput) input: ApproveDirectoryExportInput,
    @Ctx() context: MembersContext,
  ) {
    return answerExport(context, () => run(context, (tx) => approveDirectoryExport(tx, context.actor, input)));
  }
}

const answerExport = (context: MembersContext, command: () => Promise<string>) =>
  answer('export', async () => context.database.source.manager.findOneBy(DirectoryExport, { id: await command() }));
