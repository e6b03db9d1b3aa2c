import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { checkText } from './input.ts';
import { bumpRights } from './rights.ts';

/** OIDC `sub`: 1 to 255 characters of printable ASCII. @throws Problem */
export function checkSubject(value: string, ...path: string[]): string {
  const subject = value.trim();
  if (!/^[\x21-\x7e]{1,255}$/.test(subject)) {
    throw invalid(`${path.at(-1)}: the subject that the sign-in issuer knows the person by, without spaces.`, ...path);
  }
  return subject;
}

/**
 * The record of the person who signs in as this actor: entered, under the name he gives himself, the first time he does
 * something here. @returns its id @throws Problem
 */
export async function enterPerson(tx: Transaction, actor: Actor, name: string | null | undefined): Promise<string> {
  if (actor.personId !== undefined) return actor.personId;
  if (actor.kind !== 'PERSON') throw forbidden('This is done by a person who has signed in.');
  const found = () => tx.manager.query('SELECT id FROM person WHERE subject = $1', [actor.subject]);
  const [known] = await found();
  if (known) return known.id;
  if (name == null) throw invalid('yourName: needed the first time that you do something here.', 'input', 'yourName');
  await tx.manager.query(
    'INSERT INTO person (id, name, subject) VALUES ($1, $2, $3) ON CONFLICT (subject) DO NOTHING',
    [`person:${ulid()}`, checkText(name, 200, 'yourName'), actor.subject],
  );
  await bumpRights(tx); // he was nobody to the gateway until now
  return (await found())[0].id;
}
