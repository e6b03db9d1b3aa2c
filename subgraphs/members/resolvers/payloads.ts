import { answer } from '../../../kit/types.ts';
import type { MembersContext } from '../context.ts';
import { readMembership, readOrganisation, readSeat } from './read.ts';

/** Runs a command that answers with an id, and reads what it is of, as the policy lets this reader see it. */
export const answerMembership = (context: MembersContext, command: () => Promise<string>) =>
  answer('membership', async () => {
    const id = await command();
    await knowPerson(context);
    return readMembership(context, id);
  });

export const answerSeat = (context: MembersContext, command: () => Promise<string>) =>
  answer('seat', async () => {
    const id = await command();
    await knowPerson(context);
    return readSeat(context, id);
  });

export const answerOrganisation = (context: MembersContext, command: () => Promise<string>) =>
  answer('organisation', async () => readOrganisation(context, await command()));

/** Somebody whom the command has just entered as a person is that person for the rest of this answer. */
async function knowPerson(context: MembersContext): Promise<void> {
  const { actor, database } = context;
  if (actor.kind !== 'PERSON' || actor.personId !== undefined) return;
  const [row] = await database.source.query('SELECT id FROM person WHERE subject = $1', [actor.subject]);
  if (row) context.actor = { ...actor, personId: row.id };
}
