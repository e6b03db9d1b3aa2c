/** A file that is not taken. The message is for the person who sent it: what was found, and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
