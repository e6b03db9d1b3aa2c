import type { DataSource } from 'typeorm';
import type { Actor } from '../../kit/context.ts';
import { readableNetworks } from '../../kit/visibility.ts';
import { columnsOf, selectOrganisation } from './columns.ts';
import { foldName, type Organisation } from './entities/organisation.ts';
import { Seat } from './entities/seat.ts';
import { homeNetworks } from './loaders.ts';
import { maySeeExpertise } from './policy/seats.ts';
import { mayReadField, maySeeThroughLock } from './policy.ts';

/** What asks the network, and the place in the answer that was reached before. */
export interface Question {
  networkId: string | null;
  text: string;
  language: string | null;
  country: string | null;
}

export interface Match {
  organisation: Organisation & { listName: string };
  /** Seats whose own expertise has to do with it, best first. */
  seats: Seat[];
  /** The words and tags that fit, as they are written there. */
  matched: string[];
  score: number;
}

const mostWords = 12;
const weights = { tag: 4, expertise: 5, name: 2, about: 1 };

/** Words without case and accents; those of up to three letters count only where there is nothing else. */
export function wordsOf(text: string): string[] {
  const words = [...new Set(foldName(text).split(/[^\p{L}\p{N}]+/u))].filter((word) => word.length > 1);
  const long = words.filter((word) => word.length > 3);
  return (long.length > 0 ? long : words).slice(0, mostWords);
}

/** A word fits one that begins alike: `traffick` finds trafficking, `firearms` finds firearm. */
const fits = (asked: string, found: string): boolean =>
  found.startsWith(asked) || (found.length > 3 && asked.startsWith(found) && asked.length - found.length <= 2);

/** The weight of each asked word that fits somewhere in the text. */
function scoreOf(asked: readonly string[], text: string, weight: number): number {
  const found = foldName(text).split(/[^\p{L}\p{N}]+/u);
  return asked.filter((word) => found.some((other) => fits(word, other))).length * weight;
}

/**
 * Members that know about something, of the networks that the actor reads, best first: by tags and expertise, then by name
 * and what they say about themselves. Only by what this reader may read of each: nobody is found by what is hidden from him.
 */
export async function askNetwork(source: DataSource, actor: Actor, question: Question): Promise<Match[]> {
  const words = wordsOf(question.text);
  const readable = readableNetworks(actor);
  const networkIds = question.networkId === null ? readable : readable.filter((id) => id === question.networkId);
  if (words.length === 0 || networkIds.length === 0) return [];
  const organisations: Match['organisation'][] = await source.query(
    `${selectOrganisation(source)}
     WHERE NOT o.safety_locked AND ($2::text IS NULL OR o.country = $2) AND EXISTS (
       SELECT 1 FROM membership m WHERE m.organisation_id = o.id AND m.status = 'ACTIVE' AND m.network_id = ANY($1))`,
    [networkIds, question.country],
  );
  const seats: (Seat & { bodyIds: string[] })[] = await source.query(
    `SELECT ${columnsOf(source, Seat, 't')}, '{}'::text[] AS "networkIds", ${homeNetworks('h.seat_id = t.id')},
       ARRAY(SELECT h.body_id FROM held_role h WHERE h.seat_id = t.id AND h.effective AND h.body_id IS NOT NULL) AS "bodyIds"
     FROM seat t WHERE t.organisation_id = ANY($1) AND t.ended_at IS NULL AND t.frozen_at IS NULL AND t.person_id IS NOT NULL
       AND cardinality(t.expertise) > 0`,
    [organisations.map(({ id }) => id)],
  );
  return organisations
    .flatMap((organisation) => {
      const own = seats.filter((seat) => seat.organisationId === organisation.id);
      return matchOf(actor, question, words, organisation, own) ?? [];
    })
    .sort(compare);
}

function matchOf(
  actor: Actor,
  question: Question,
  words: readonly string[],
  organisation: Match['organisation'],
  seats: readonly (Seat & { bodyIds: string[] })[],
): Match | null {
  if (!maySeeThroughLock(actor, organisation)) return null;
  const shows = (field: 'languages' | 'thematicTags' | 'about') => mayReadField(actor, organisation, field);
  const speaks = (tag: string) => tag === question.language || tag.split('-')[0] === question.language;
  if (question.language !== null && !(shows('languages') && organisation.languages.some(speaks))) return null;
  const matched: string[] = [];
  let score = scoreOf(words, organisation.name, weights.name);
  for (const tag of shows('thematicTags') ? organisation.thematicTags : []) {
    const found = scoreOf(words, tag, weights.tag);
    if (found > 0) matched.push(tag);
    score += found;
  }
  if (shows('about') && organisation.about) {
    score += scoreOf(words, Object.values(organisation.about).join(' '), weights.about);
  }
  const experts = seats
    .filter((seat) => maySeeExpertise(actor, seat, seat.bodyIds))
    .map((seat) => {
      const fitting = seat.expertise.filter((text) => scoreOf(words, text, 1) > 0);
      matched.push(...fitting);
      return { seat, score: scoreOf(words, seat.expertise.join(' '), weights.expertise) };
    })
    .filter((expert) => expert.score > 0)
    .sort((a, b) => b.score - a.score || (a.seat.id < b.seat.id ? -1 : 1));
  score += experts.reduce((sum, expert) => sum + expert.score, 0);
  if (score === 0) return null;
  return { organisation, seats: experts.map(({ seat }) => seat), matched: [...new Set(matched)], score };
}

/** Where a reader of the answer stands. */
export interface MatchPosition {
  score: number;
  name: string;
  id: string;
}

export const placeOf = ({ score, organisation }: Match): MatchPosition => ({
  score,
  name: organisation.listName,
  id: organisation.id,
});

const order = (a: MatchPosition, b: MatchPosition): number =>
  b.score - a.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const compare = (a: Match, b: Match): number => order(placeOf(a), placeOf(b));

export const isAfter = (match: Match, place: MatchPosition): boolean => order(placeOf(match), place) > 0;
