import { setTimeout } from 'node:timers/promises';
import { never, openProcesses } from './processes.ts';
import { Hand } from './projecting.ts';
import { actors } from './subgraph.ts';

/** A process of its own, to be killed: commits an edit of a responsible organisation, says so, and would project it much later. */
const [url = '', organisation = ''] = process.argv.slice(2);
const world = await openProcesses(url);
const hand = await Hand.join(world.start({ delay: never, every: never }), actors['both-editor']);
await hand.set('a1.1.1', { responsible: organisation });
process.stdout.write('committed\n');
await setTimeout(never);
