import postgres from 'postgres'

/** Hears of changed tables and functions, as PostgREST does, and calls `changed` once for each burst of them. */
export async function listenForSchemaChanges(
  databaseUrl: string,
  changed: () => Promise<void>,
): Promise<{ stop(): Promise<void> }> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  let soon: NodeJS.Timeout | undefined
  let changing: Promise<void> | undefined
  const forget = () => {
    clearTimeout(soon)
    soon = setTimeout(() => (changing = changed()), 20)
  }
  // Also when the connection comes back: what was announced meanwhile is lost.
  await sql.listen('pgrst', forget, forget)
  return {
    async stop() {
      clearTimeout(soon)
      await changing
      await sql.end({ timeout: 1 })
    },
  }
}
