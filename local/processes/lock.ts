import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
  // A link is there at once with all that the file says. A file that is made and then written is empty for a moment,
  // and whoever reads it then takes it for one that nobody holds.
  const note = `${file}.${randomUUID()}`
  writeFileSync(note, JSON.stringify(own))
  try {
    while (!linked(note, file)) {
      const holder = readHolder(file)
      if (holder && isHeld(holder)) throw new AlreadyRunning(holder.pid, folder)
      clearAway(file)
    }
  } finally {
    rmSync(note, { force: true })
  }
  return { release: () => rmSync(file, { force: true }) }
}

const isHeld = ({ pid, born }: Holder): boolean => bornAt(pid) === born

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Takes away what a dead process left. Somebody else may have done so by now, and hold it: theirs is put back. */
function clearAway(file: string): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return
  }
  const holder = readHolder(aside)
  if (holder && isHeld(holder)) linked(aside, file)
  rmSync(aside, { force: true })
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    // Not a lock's words, or gone in the meantime: it holds nothing.
    return undefined
  }
}
