import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../processes/lock.ts'

/** The lines of postmaster.pid, in which Postgres writes who and how far it is. */
export function pidFile(data: string): string[] | undefined {
  const file = join(data, 'postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : undefined
}

/** After a kill -9 of its parent Postgres may live on: it's asked to stop, then made to. */
export async function stopLeftOver(data: string): Promise<void> {
  const pid = Number(pidFile(data)?.[0])
  if (!pid || !isAlive(pid) || !isPostgresOf(pid, data)) return
  for (const [signal, patienceMs] of [
    ['SIGINT', 8000],
    ['SIGQUIT', 4000],
    ['SIGKILL', 2000],
  ] as const) {
    process.kill(pid, signal)
    for (let waited = 0; waited < patienceMs; waited += 20) {
      if (!isAlive(pid)) return
      await pause(20)
    }
  }
  throw new Error(`An older Postgres (process ${pid}) holds ${data} and does not stop.`)
}

/** The number in a stale pid file may belong to anything by now. */
function isPostgresOf(pid: number, data: string): boolean {
  const file = `/proc/${pid}/cmdline`
  return (
    !existsSync('/proc/self') || (existsSync(file) && readFileSync(file, 'utf8').includes(data))
  )
}
