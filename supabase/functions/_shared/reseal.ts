import { Buffer } from 'node:buffer'
import type { ConnectionVault } from './connections/vault.ts'
import type { Queries } from './database/pool.ts'
import type { Secrets } from './secrets.ts'

/** Encrypts anew what an older key encrypted, of connections and of webhooks. Says how many there were. */
export async function resealAll(works: {
  pool: Queries
  secrets: Secrets
  connections: { vault: ConnectionVault }
}): Promise<number> {
  return (
    (await works.connections.vault.reseal()) +
    (await resealWebhookSecrets(works.pool, works.secrets))
  )
}

interface SecretRow {
  token: string
  key_id: string
  ciphertext: Uint8Array
  previous_key_id: string | null
  previous_ciphertext: Uint8Array | null
}

const OF_OTHER_KEYS = `
select token, key_id, ciphertext, previous_key_id, previous_ciphertext
from private.webhook_secrets
where (key_id = any ($2) and key_id <> $1)
   or (previous_key_id is not null and previous_key_id = any ($2) and previous_key_id <> $1)
order by token
limit $3`

// Somebody may set another secret in between: theirs stays.
const RESEAL = `
update private.webhook_secrets
set key_id = $4, ciphertext = $5, previous_key_id = $6, previous_ciphertext = $7
where token = $1 and ciphertext = $2 and previous_ciphertext is not distinct from $3`

/** Webhooks' secrets that an older key encrypted, the ones before them included; some at a time. Says how many. */
export async function resealWebhookSecrets(
  queries: Queries,
  secrets: Secrets,
  atMost = 500,
): Promise<number> {
  const old = await queries.query<SecretRow & Record<string, unknown>>(OF_OTHER_KEYS, [
    secrets.currentKeyId,
    secrets.keyIds,
    atMost,
  ])
  for (const row of old) {
    const now = anew(secrets, row.token, row.key_id, row.ciphertext)
    const before =
      row.previous_key_id === null || row.previous_ciphertext === null
        ? { keyId: null, ciphertext: null }
        : anew(secrets, row.token, row.previous_key_id, row.previous_ciphertext)
    await queries.query(RESEAL, [
      ...[row.token, row.ciphertext, row.previous_ciphertext],
      ...[now.keyId, now.ciphertext, before.keyId, before.ciphertext],
    ])
  }
  return old.length
}

/** What no key of ours opens stays as it is, rather than being lost. */
function anew(secrets: Secrets, token: string, keyId: string, ciphertext: Uint8Array) {
  if (keyId === secrets.currentKeyId || !secrets.keyIds.includes(keyId))
    return { keyId, ciphertext }
  const sealed = secrets.seal(secrets.open({ keyId, ciphertext }, token), token)
  return { keyId: sealed.keyId, ciphertext: Buffer.from(sealed.ciphertext) }
}
