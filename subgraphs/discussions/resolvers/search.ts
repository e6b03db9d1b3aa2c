import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import type { DiscussionsContext } from '../context.ts';
import { PostMatchConnection } from '../entities/match.ts';
import { searchPosts, toSnippet } from '../search.ts';
import { paged } from './pages.ts';

@Resolver()
export class SearchResolver {
  @Query(() => PostMatchConnection, {
    description:
      'Posts that you may read, best first. In English, Spanish, French and Portuguese other forms of a word are found too, in any ' +
      'language with and without accents. As in web searches: "exact phrase", or, -without.',
  })
  @Directive(paged)
  async searchPosts(
    @Arg('text', () => String, { description: 'At most 200 characters.' }) text: string,
    @Arg('networkId', () => ID, { nullable: true, description: 'In threads of this network alone.' })
    networkId: string | null | undefined,
    @Arg('locale', () => LocaleTag, { nullable: true, description: 'In texts of this language alone.' })
    locale: string | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null | undefined,
    @Ctx() { database, actor, cursors }: DiscussionsContext,
  ) {
    const size = checkFirst(first ?? 20);
    const place = after ? cursors.matches.decode(after) : null;
    const wanted = { text, networkId: networkId ?? null, locale: locale ?? null, limit: size + 1, after: place };
    const found = await searchPosts(database.source.manager, actor, wanted);
    const { edges, pageInfo } = toConnection(found, size, after, cursors.matches, ({ rank, id }) => [rank, id]);
    return {
      pageInfo,
      edges: edges.map(({ node, cursor }) => {
        const { rank, locale: language, headline } = node;
        return { node, cursor, rank, locale: language, snippet: toSnippet(headline) };
      }),
    };
  }
}
