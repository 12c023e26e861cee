import { readdirSync, readFileSync } from 'node:fs'
import type { Stack } from '../../local/stack.ts'

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

interface Stat {
  parent: number
  /** Its own ticks. */
  own: number
  /** Those of its children that have ended. */
  children: number
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may contain anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (at: number) => fields[at - 3] ?? 0
    return {
      parent: field(4),
      own: field(14) + field(15),
      children: field(16) + field(17),
    }
  } catch {
    // It ended just now; its parent has its time.
    return null
  }
}

/** Processor seconds that the stack's own processes have used so far: functions, workers, Postgres with all its children. */
export function processorSeconds(stack: Stack): number {
  const parents = new Set(stack.processes.map(({ pid }) => pid))
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(Number(name))
    if (stat === null) continue
    if (parents.has(Number(name))) ticks += stat.own + stat.children
    else if (parents.has(stat.parent)) ticks += stat.own
  }
  return ticks / TICKS_PER_SECOND
}
