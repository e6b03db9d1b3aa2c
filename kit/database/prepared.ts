import pg from 'pg';

const preparable = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;
const changed = '0A000'; // "cached plan must not change result type": a migration has changed what the text gives

/**
 * Which texts are worth a prepared statement: those that come a second time, up to `most` of them. One that is made for its call (of as many places as there are
 * values) is not asked again, and a connection would keep it as long as it lives.
 */
export function createNames(most = 500): { of(text: string): string | undefined; refuse(text: string): void } {
  const names = new Map<string, string | undefined>();
  const seen = new Set<string>();
  return {
    of(text) {
      if (names.has(text)) return names.get(text);
      if (names.size >= most || !preparable.test(text)) return undefined;
      if (!seen.delete(text)) {
        if (seen.size >= 10 * most) seen.clear();
        seen.add(text);
        return undefined;
      }
      const name = `s${names.size + 1}`;
      names.set(text, name);
      return name;
    },
    /** It is never prepared again. */
    refuse(text) {
      if (names.has(text)) names.set(text, undefined);
    },
  };
}

/**
 * `pg` for a DataSource's `driver`: what is asked again and again is parsed and planned once a connection. Planning costs more than running, for most of what
 * is asked here: a commit of edits, a page of members with what the policy asks of each. It needs sessions: a pooler between must keep them (PgBouncer from 1.21).
 */
export function preparingPg(names = createNames()): typeof pg {
  class Client extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: one signature for the eight of pg
    override query(...args: any[]): any {
      const ask = super.query as (...given: unknown[]) => unknown;
      const [text, values, ...rest] = args;
      const name = typeof text === 'string' && Array.isArray(values) ? names.of(text) : undefined;
      if (name === undefined) return ask.apply(this, args);
      const answer = ask.call(this, { name, text, values }, ...rest);
      if (answer instanceof Promise) {
        answer.catch(({ code }) => {
          if (code === changed) names.refuse(text);
        });
      }
      return answer;
    }
  }
  class Pool extends pg.Pool {
    constructor(options?: pg.PoolConfig) {
      super({ ...options, Client } as pg.PoolConfig);
    }
  }
  return { ...pg, Client, Pool } as typeof pg;
}
