import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { CountryCode, Cursor, LocaleTag } from '../../../kit/scalars.ts';
import type { MembersContext } from '../context.ts';
import { Expert, ExpertConnection } from '../entities/expert.ts';
import { askNetwork, isAfter, placeOf } from '../expertise.ts';

@Resolver()
export class ExpertQueries {
  @Query(() => ExpertConnection, {
    description:
      'Ask the network: members of the networks that you read who know about something, best first, by their tags, the expertise of their seats, their name and what they say of themselves. Write what you look for, in any words.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async experts(
    @Ctx() { actor, database, cursors }: MembersContext,
    @Arg('text', () => String) text: string,
    @Arg('networkId', () => ID, { nullable: true }) networkId?: string | null,
    @Arg('language', () => LocaleTag, { nullable: true, description: 'They work in it.' }) language?: string | null,
    @Arg('country', () => CountryCode, { nullable: true }) country?: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 25 }) first?: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<ExpertConnection> {
    const size = checkFirst(first ?? 25);
    if (text.length > 500) throw new ApiError('BAD_USER_INPUT', 'text: at most 500 characters.');
    const place = after == null ? null : cursors.experts.decode(after);
    const question = { text, networkId: networkId ?? null, language: language ?? null, country: country ?? null };
    const found = await askNetwork(database.source, actor, question);
    const rows = found.filter((match) => place === null || isAfter(match, place)).slice(0, size + 1);
    const { edges, pageInfo } = toConnection(rows, size, after, cursors.experts, placeOf);
    return {
      edges: edges.map(({ node, cursor }) => ({ node: Object.assign(new Expert(), node), cursor })),
      pageInfo,
      totalCount: found.length,
    };
  }
}
