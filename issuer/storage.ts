import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * Sign-ins in memory, for oidc-provider: a restart asks everybody to sign in again, while tokens already given stay good.
 * At most `limit` entries: the one written longest ago goes first. A sign-in writes about six.
 */
export function memoryStorage(limit = 5_000): (model: string) => Adapter {
  const entries = new Map<string, Entry>();

  const live = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > Date.now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      async upsert(id, payload, expiresIn = Number.POSITIVE_INFINITY) {
        entries.delete(keyOf(id)); // so that a rewritten entry counts as new
        entries.set(keyOf(id), { payload, expiresAt: Date.now() + expiresIn * 1000 });
        for (const oldest of entries.keys()) {
          if (entries.size <= limit) break;
          entries.delete(oldest);
        }
      },
      async find(id) {
        return live(keyOf(id));
      },
      async findByUid(uid) {
        for (const [key, { payload }] of entries) {
          if (key.startsWith(`${model}:`) && payload.uid === uid) return live(key);
        }
        return undefined;
      },
      // Device codes are off; nothing has a user code.
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        const payload = live(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        entries.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) {
          if (key.startsWith(`${model}:`) && payload.grantId === grantId) entries.delete(key);
        }
      },
    };
  };
}
