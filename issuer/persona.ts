import { IssuerError } from './errors.ts';

/** A sample person one can sign in as. Nobody real: no password, no e-mail address. */
export interface Persona {
  /** Lower-case letters, digits and hyphens, such as `americas-editor`; what `npm run -s token -- ID` takes. */
  id: string;
  /** The token's `sub`, such as `persona:americas-editor`. */
  subject: string;
  /** What the sign-in button says, such as `Americas editor`. */
  label: string;
  /** One sentence: what this persona may do. */
  description: string;
  /** Absent for personas without a seat, such as the operator. */
  seatId?: string;
  organisation?: string;
  network?: string;
}

/** Not a persona: `npm run -s token -- partner` prints the sample partner's key. */
export const PARTNER = 'partner';

/** @throws IssuerError BAD_OPTION naming the first persona that cannot be offered, and why. */
export function checkPersonas(personas: readonly Persona[]): void {
  if (personas.length === 0) throw new IssuerError('BAD_OPTION', 'personas: at least one is needed to sign in');
  const seen = new Set<string>();
  for (const { id, subject, label } of personas) {
    const name = `persona ${JSON.stringify(id)}`;
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
      throw new IssuerError('BAD_OPTION', `${name}: an id is lower-case letters, digits and hyphens`);
    }
    if (id === PARTNER) throw new IssuerError('BAD_OPTION', `${name}: the id stands for the sample partner's key`);
    if (!subject || !label) throw new IssuerError('BAD_OPTION', `${name}: subject and label are required`);
    if (seen.has(id) || seen.has(subject)) throw new IssuerError('BAD_OPTION', `${name}: id or subject appears twice`);
    seen.add(id).add(subject);
  }
}
