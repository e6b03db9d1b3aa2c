/** Jest's global teardown. */
export default async function teardown(): Promise<void> {
  await ((globalThis as Record<string, unknown>).stopPostgres as (() => Promise<void>) | undefined)?.();
}
