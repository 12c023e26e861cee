import { mkdirSync } from 'node:fs'

/** Where root keeps what Postgres's own user must reach although the project's folder is closed to it. */
export function sharedFolder(): string {
  const folder = '/var/lib/weft'
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return folder
}
