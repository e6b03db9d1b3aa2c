import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import { type LiveWorld, startLiveWorld } from '../live/world.ts';

describe('live', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    world = await startLiveWorld({ ana: { role: 'MEMBER_EDITOR' }, ben: { role: 'MEMBER_EDITOR' } });
    const open = world.compose();
    const guarded = open.replace(
      /^( {2}name: String)!( @join__field.*)$/m,
      '$1$2 @requiresScopes(scopes: [["names"]])',
    );
    expect(guarded).not.toBe(open);
    world.small.gateway.graphs.replace(guarded);
  });
  afterAll(() => world.stop());

  test('a stream is shared by readers of equal rights only if they may read the same of it', async () => {
    const query = 'subscription { notes { n by { id name } } }';
    const [with1, with2] = [
      await world.connect('ana', { scope: 'names' }),
      await world.connect('ben', { scope: 'names' }),
    ];
    const [without1, without2] = [await world.connect('ana'), await world.connect('ben')];
    const reading = [with1, with2, without1, without2].map((client) => client.follow(query));
    // a subscription is not acknowledged: it is taken in when an answer that was asked for later has come
    const later = [with1, with2, without1, without2].map((client) => client.follow('{ me { id } }'));
    await until(() => later.every(({ isOver }) => isOver) && world.journal.opened.size >= 2);
    world.journal.append();
    await until(() => reading.every(({ got }) => got.length === 1));
    const names = reading.map(({ got }) => got[0].data.notes.by.name);
    expect(names).toEqual(['Seat seat:9', 'Seat seat:9', null, null]);
    expect(reading[2]?.got[0].errors).toEqual([
      expect.objectContaining({ path: ['notes', 'by', 'name'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }),
    ]);
    expect(world.journal.opened.size).toBe(2);
  });
});
