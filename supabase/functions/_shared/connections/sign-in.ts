import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ConnectionVault, OpenConnection } from './vault.ts'

/** Whoever goes to a service to sign in has so long. */
const MINUTES = 10
const VERIFIER = 'verifier'

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Somebody is back from a service with a code. */
export interface Return {
  connection: string
  verifier: string
  returnTo: string
}

/**
 * The address that sends a person to a service to sign in. What comes back counts once, within minutes, and only from
 * the same person: nobody can have others finish a sign-in that they began, or the other way round.
 */
export async function beginSignIn(
  vault: ConnectionVault,
  { workspace, id, settings }: OpenConnection,
  person: string,
  returnTo: string,
): Promise<string> {
  // The workspace stands in the state so that its row can be found under row-level security.
  const state = `${workspace}.${randomBytes(32).toString('base64url')}`
  const verifier = randomBytes(32).toString('base64url')
  const { keyId, ciphertext } = vault.seal(verifier, workspace, id, VERIFIER)
  await vault.within(workspace, async (queries) => {
    await queries.query(
      `delete from private.connection_sign_ins
       where workspace_id = $1 and (expires_at < now() or (connection_id = $2 and user_id = $3))`,
      [workspace, id, person],
    )
    await queries.query(
      `insert into private.connection_sign_ins
         (state_hash, workspace_id, connection_id, user_id, return_to, key_id, ciphertext, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, now() + interval '${MINUTES} minutes')`,
      [sha256(state), workspace, id, person, returnTo, keyId, Buffer.from(ciphertext)],
    )
  })
  const address = new URL(z.string().parse(settings['signInAddress']))
  const { clientId, scope } = settings
  const query = {
    ...{ response_type: 'code', client_id: String(clientId), redirect_uri: returnTo, state },
    ...{ code_challenge: sha256(verifier).toString('base64url'), code_challenge_method: 'S256' },
    ...(typeof scope === 'string' && scope !== '' ? { scope } : {}),
  }
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address.href
}

/** What a state stands for, once; null when it's unknown, too old, somebody else's or used already. */
export async function takeReturn(
  vault: ConnectionVault,
  state: string,
  person: string,
): Promise<(Return & { workspace: string }) | null> {
  const workspace = state.split('.')[0] ?? ''
  if (!z.uuid().safeParse(workspace).success) return null
  const [row] = await vault.within(workspace, (queries) =>
    queries.query<{
      connection_id: string
      return_to: string
      key_id: string
      ciphertext: Uint8Array
    }>(
      `delete from private.connection_sign_ins
       where state_hash = $1 and user_id = $2 and expires_at > now()
       returning connection_id, return_to, key_id, ciphertext`,
      [sha256(state), person],
    ),
  )
  if (row === undefined) return null
  const { connection_id: connection, return_to: returnTo, key_id: keyId, ciphertext } = row
  const verifier = vault.unseal({ keyId, ciphertext }, workspace, connection, VERIFIER)
  return { workspace, connection, verifier, returnTo }
}
