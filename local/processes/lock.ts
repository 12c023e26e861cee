import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Holder = { pid: number; born: string }

/** Someone else already runs on this data folder. */
export class AlreadyRunning extends Error {
  readonly pid: number
  constructor(pid: number, folder: string) {
    super(
      `Weft is already running on ${folder} (process ${pid}). Stop it first, or give this one another folder.`,
    )
    this.pid = pid
  }
}

/** When a process was started, so that a number that the system gave to another one isn't taken for it. */
export function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    // No such process, or a system without /proc: there the number alone has to do.
    return isAlive(pid) ? 'unknown' : undefined
  }
}

/** Whether a process with this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Makes this process the only one that works on a data folder. A holder that died leaves nothing behind that counts. */
export function takeLock(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'stack.lock')
  const own: Holder = { pid: process.pid, born: bornAt(process.pid) ?? 'unknown' }
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = readHolder(file)
      if (holder && bornAt(holder.pid) === holder.born) throw new AlreadyRunning(holder.pid, folder)
      rmSync(file, { force: true })
    }
  }
  return { release: () => rmSync(file, { force: true }) }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    // Half written by a process that was killed, or gone in the meantime: it holds nothing.
    return undefined
  }
}
