import { createHash } from 'node:crypto';
import type { Actor } from '../../kit/context.ts';
import type { Standing } from '../planner.ts';

export interface StandingOptions {
  /**
   * What @policy names, by name. A name that is not here, and is not one of `role:<ROLE>` (held in any network) and `kind:<KIND>`, is
   * satisfied by nobody. One that throws is not satisfied.
   */
  policies?: Readonly<Record<string, (actor: Actor) => boolean>> | undefined;
  /** Whether the new side of `@override(label:)` is in force for this actor; for labels other than `percent(n)`. */
  overrideLabels?: ((label: string, actor: Actor) => boolean) | undefined;
  /** Labels that are in force for everybody. */
  activeLabels?: readonly string[] | undefined;
}

/** What plans depend on, of who asks. */
export function createStandings(options: StandingOptions = {}): (actor: Actor) => Standing {
  const active = new Set(options.activeLabels);
  const known = new WeakMap<Actor, Standing>();
  return (actor) => {
    let standing = known.get(actor);
    if (!standing) {
      standing = standingOf(actor, options, active);
      known.set(actor, standing);
    }
    return standing;
  };
}

function standingOf(actor: Actor, options: StandingOptions, active: ReadonlySet<string>): Standing {
  const scopes = new Set(actor.kind === 'PARTNER' ? actor.partner?.scopes : actor.scopes);
  let share: number | undefined;
  return {
    holds(grant) {
      // Nobody comes here without a valid token or key.
      if (grant === 'authenticated') return true;
      if (grant.startsWith('scope:')) return scopes.has(grant.slice(6));
      return grant.startsWith('policy:') && satisfies(actor, grant.slice(7), options.policies);
    },
    isActive: (label) => active.has(label) || isTrue(() => options.overrideLabels?.(label, actor)),
    get share() {
      share ??= shareOf(actor.subject);
      return share;
    },
  };
}

function satisfies(actor: Actor, policy: string, policies: StandingOptions['policies']): boolean {
  if (policies && Object.hasOwn(policies, policy)) return isTrue(() => policies[policy]?.(actor));
  if (policy.startsWith('kind:')) return actor.kind === policy.slice(5);
  return policy.startsWith('role:') && actor.roles.some(({ role }) => role === policy.slice(5));
}

function isTrue(ask: () => unknown): boolean {
  try {
    return ask() === true;
  } catch {
    return false;
  }
}

/** The same for all requests of a subject, so that one reader sees one side; evenly spread over 0 <= share < 100. */
function shareOf(subject: string): number {
  return (createHash('sha256').update(subject).digest().readUInt32BE(0) / 2 ** 32) * 100;
}
