import type { DisplayMode } from './entities/seat.ts';

/** What a safety-locked organisation, and each of its seats, is called to those who may not see through the lock. */
export const lockedName = 'Member organisation';

/** What a reader of this seat may know, as the policy has judged it. */
export interface SeatName {
  displayMode: DisplayMode;
  /** Null: behind a safety lock, or nothing to be named. */
  organisation: string | null;
  alias: string;
  vacant: boolean;
  /** Null unless this reader may know the person. */
  person: string | null;
}

/** `Seat.displayName`: the person only in mode NAMED and to a reader who may know him, else as SEAT_ALIAS. */
export function displayName({ displayMode, organisation, alias, vacant, person }: SeatName): string {
  if (organisation === null) return lockedName;
  if (displayMode === 'ORGANISATION_ONLY') return organisation;
  if (displayMode === 'NAMED' && person !== null) return person;
  return `${organisation}, ${alias}${vacant ? ' (vacant)' : ''}`;
}
