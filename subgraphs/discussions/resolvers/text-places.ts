import { Arg, Ctx, Directive, Query, Resolver } from 'type-graphql';
import type { DiscussionsContext } from '../context.ts';
import { TextPlace } from '../entities/text-place.ts';
import { findTextPlaces } from '../text-places.ts';

@Resolver()
export class TextPlacesResolver {
  @Query(() => [TextPlace], {
    description:
      'Where words stand that are to be taken out, such as those that `redactPlanText` took out of a plan: in posts, titles and quotes of threads, meetings with their ' +
      'minutes, statements, items of the library and decisions with their reasons. For safety officers: what they may read of their networks, at most 200; take them ' +
      'out there, and ask again. Empty for others. Not looked through: the inside of files.',
  })
  @Directive('@cost(weight: 100)')
  @Directive('@listSize(assumedSize: 20)')
  async textPlaces(
    @Arg('words', () => String, { description: '2 to 200 characters; found whatever their case.' }) words: string,
    @Ctx() { database, actor, loaders }: DiscussionsContext,
  ): Promise<TextPlace[]> {
    const found = await findTextPlaces(database.source.manager, actor, words);
    const load = {
      Post: loaders.post,
      Thread: loaders.thread,
      Meeting: loaders.meeting,
      Statement: loaders.statement,
      KnowledgeItem: loaders.knowledgeItem,
      Decision: loaders.decision,
    };
    const places = found.map(async ({ typename, id, places }) => {
      const record = await load[typename].load(id);
      return record && Object.assign(new TextPlace(), { record, places });
    });
    return (await Promise.all(places)).filter((place) => place !== null);
  }
}
