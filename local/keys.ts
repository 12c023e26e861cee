import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateApiKey } from '@supabase/lite'

/** The secrets of one local system, made once and kept in its data folder. */
export type Keys = {
  jwtSecret: string
  /** sb_publishable_…: what browsers send. */
  anonKey: string
  /** sb_secret_…: passes row-level security; never leaves the server. */
  serviceRoleKey: string
  /** Encrypts stored secrets (AES-256-GCM), base64. */
  secretsKey: string
  /** What the system's own calls of functions carry. */
  functionSecret: string
}

/** Reads a data folder's keys, or makes them. */
export async function ensureKeys(dataDir: string): Promise<Keys> {
  const file = join(dataDir, 'keys.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Keys
  const keys: Keys = {
    jwtSecret: randomBytes(32).toString('base64url'),
    anonKey: (await generateApiKey('publishable')).key,
    serviceRoleKey: (await generateApiKey('secret')).key,
    secretsKey: randomBytes(32).toString('base64'),
    functionSecret: randomBytes(32).toString('base64url'),
  }
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 })
  return keys
}
