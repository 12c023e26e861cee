import { isOutage } from '../database/outage.ts'
import { Unreadable } from '../secrets.ts'
import { gone, revoked, signInAgain, unavailable, unreadable } from './problems.ts'
import type { ConnectionVault, OpenConnection } from './vault.ts'

/** A connection that is about to be used. Throws what people are told when it can't be. */
export async function usable(
  vault: ConnectionVault,
  workspace: string,
  id: string,
): Promise<OpenConnection> {
  const connection = await opened(vault, workspace, id)
  if (connection === null) throw gone()
  if (connection.status === 'revoked') throw revoked(connection.name)
  if (connection.status === 'unfinished' && connection.kind === 'oauth2.code') {
    throw signInAgain(connection.name)
  }
  return connection
}

async function opened(
  vault: ConnectionVault,
  workspace: string,
  id: string,
): Promise<OpenConnection | null> {
  // What a template yielded may be anything.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return null
  try {
    return await vault.open(workspace, id, { use: true })
  } catch (problem) {
    if (problem instanceof Unreadable) throw unreadable('It', problem)
    throw isOutage(problem) ? unavailable(problem) : problem
  }
}
