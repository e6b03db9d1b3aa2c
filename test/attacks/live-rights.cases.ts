import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../gateway.ts';
import { type Client, type LiveWorld, notes, numbers, type Operation, startLiveWorld } from '../live/world.ts';

describe('live rights', () => {
  let world: LiveWorld;
  beforeAll(async () => {
    const role = 'MEMBER_EDITOR'; // each loses it in one test
    world = await startLiveWorld({ ana: { role }, ben: { role }, cleo: { role }, dan: { role } });
  });
  afterAll(() => world.stop());
  const clients: Client[] = [];
  afterEach(async () => {
    world.delayRights(async () => {});
    world.delayVersion(async () => {});
    for (const { socket } of clients.splice(0)) socket.terminate();
    await until(() => world.journal.opened.size === 0);
  });
  const connect = async (subject: string, claims = {}) => {
    const client = await world.connect(subject, claims);
    clients.push(client);
    return client;
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const codesOf = ({ got }: Operation) => got.flatMap(({ errors }) => errors?.[0].extensions.code ?? []);
  const withoutErrors = ({ got }: Operation) => got.filter(({ errors }) => !errors);

  /** Answers that wait to be let go, one by one, in the order of their questions. */
  function createGates() {
    const gates: (() => void)[] = [];
    const wait = () =>
      new Promise<void>((resolve) => {
        gates.push(resolve);
      });
    return { gates, wait };
  }

  /** One question for the version of the rights is answered at a time: at the third, the answer to one that was asked after this call has been taken in. */
  async function versionIsSeen(): Promise<void> {
    let asked = 0;
    world.delayVersion(async () => {
      asked += 1;
    });
    await until(() => asked === 3);
  }

  /** Open, and given events. */
  async function follow(client: Client, query: string): Promise<Operation> {
    const operation = client.follow(query);
    const before = client.pongs.length;
    client.send({ type: 'ping' });
    const later = client.follow('{ me { id } }');
    await until(() => client.pongs.length > before && later.isOver && world.journal.opened.size > 0);
    return operation;
  }

  describe('what is held while rights are compared', () => {
    test('is not let go by a comparison that was begun before they changed once more', async () => {
      const operation = await follow(await connect('ana'), notes);
      const { gates, wait } = createGates();
      world.delayRights(wait);
      world.setRole('nobody', 'OBSERVER'); // of somebody else
      await until(() => gates.length === 1);
      world.setRole('ana', 'OBSERVER'); // while the answer of before is on its way
      await until(() => gates.length === 2);
      gates[0]?.();
      world.journal.append();
      await pause(300); // an event takes a few ms where nothing holds it
      expect(operation.got).toEqual([]);
      gates[1]?.();
      await until(() => operation.isOver);
      expect(codesOf(operation)).toEqual(['RIGHTS_CHANGED']);
      expect(withoutErrors(operation)).toEqual([]);
    });

    test('is held too while nobody says what version they are of, and goes on in order once somebody does', async () => {
      const [cleo, ben] = [await follow(await connect('cleo'), notes), await follow(await connect('ben'), notes)];
      world.journal.append();
      await until(() => cleo.got.length === 1 && ben.got.length === 1);
      const { gates, wait } = createGates();
      world.delayVersion(wait);
      await until(() => gates.length === 1);
      world.setRole('cleo', 'OBSERVER'); // after the version was read that is on its way
      await pause(1_000); // what is promised
      world.journal.append(3);
      await pause(300); // as above
      expect([cleo.got.length, ben.got.length]).toEqual([1, 1]);
      gates[0]?.(); // it was read more than a second ago
      await pause(100); // as above
      expect([withoutErrors(cleo).length, ben.got.length]).toEqual([1, 1]);
      world.delayVersion(async () => {});
      for (const open of gates) open();
      await until(() => cleo.isOver && ben.got.length === 4);
      expect(codesOf(cleo)).toEqual(['RIGHTS_CHANGED']);
      expect(withoutErrors(cleo)).toHaveLength(1);
      const head = world.journal.head;
      expect(numbers(ben, 'notes')).toEqual([head - 3, head - 2, head - 1, head]);
    });
  });

  describe('a stream of one who has other rights by the time it is opened', () => {
    test('is not opened with the scopes of a token that has been replaced meanwhile', async () => {
      const client = await connect('dan', { scope: 'names' });
      const { gates, wait } = createGates();
      world.delayRights(wait);
      world.setRole('nobody', 'MEMBER_EDITOR'); // so that the actor is read anew
      await versionIsSeen();
      const operation = client.follow(notes);
      await until(() => gates.length > 0);
      const token = await world.small.sign({ sub: 'dan', jti: 'bare' });
      client.send({ type: 'ping', payload: { authorization: `Bearer ${token}` } });
      await until(() => client.pongs.length === 1);
      expect(client.pongs[0].error).toBeUndefined();
      world.delayRights(async () => {});
      for (const open of gates) open();
      await pause(200); // a stream that is opened stands after a few ms
      world.journal.append();
      await until(() => operation.got.length > 0);
      expect(codesOf(operation)).toEqual(['RIGHTS_CHANGED']);
      expect(world.journal.opened.size).toBe(0);
    });
  });

  describe('a field that a new supergraph guards', () => {
    const open = () => world.compose();
    const guard = (pattern: RegExp) => {
      const guarded = open().replace(pattern, '$1 @requiresScopes(scopes: [["names"]])');
      expect(guarded).not.toBe(open());
      (world.small.gateway as unknown as { graphs: { replace(sdl: string): unknown } }).graphs.replace(guarded);
    };
    afterEach(() => {
      (world.small.gateway as unknown as { graphs: { replace(sdl: string): unknown } }).graphs.replace(open());
    });

    test('is not read on by a stream that is one reader’s alone', async () => {
      // under this name nothing is shared
      const operation = await follow(await connect('dan'), 'subscription { notes { liveCursor9: n by { name } } }');
      world.journal.append();
      await until(() => operation.got.length === 1);
      expect(operation.got[0].data.notes.by.name).toBe('Seat seat:9');
      guard(/^( {2}name: String! @join__field.*)$/m);
      world.journal.append();
      await until(() => operation.got.length > 1);
      expect(codesOf(operation)).toEqual(['SUPERGRAPH_CHANGED']);
      expect(withoutErrors(operation)).toHaveLength(1);
    });

    test('ends a shared stream at once when nothing else is left of it', async () => {
      const operation = await follow(await connect('dan'), 'subscription { notes { n cursor } }');
      world.journal.append();
      await until(() => operation.got.length === 1);
      guard(/^( {2}notes\(.*)$/m);
      world.journal.append();
      await until(() => operation.got.length > 1);
      expect(codesOf(operation)).toEqual(['SUPERGRAPH_CHANGED']);
      expect(withoutErrors(operation)).toHaveLength(1);
    });
  });
});
