import { setTimeout as pause } from 'node:timers/promises'
import type { Stack } from '../../local/stack.ts'
import type { Chance } from '../lib/chance.ts'

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // Gone, and not yet started again.
    return false
  }
}

/** Postgres takes everybody along, so it comes as often as any other, however many workers there are. */
const kindOf = (name: string): string => name.replace(/-\d+$/, '')

/** Sends so many kill -9 to whatever of the stack is alive, spread over some time. Answers with who was killed. */
export async function killAtRandom(
  stack: Stack,
  chance: Chance,
  kills: number,
  seconds: number,
  told: (name: string) => void,
): Promise<string[]> {
  const killed: string[] = []
  const usualGap = (seconds * 1000) / kills
  while (killed.length < kills) {
    // Sometimes two die at once.
    const gap = chance.next() < 0.1 ? 20 : chance.between(0.3, 1.7) * usualGap
    await pause(gap)
    const alive = stack.processes.filter(({ pid }) => isAlive(pid))
    const names = [...new Set(alive.map(({ name }) => kindOf(name)))].sort()
    if (names.length === 0) continue
    const kind = chance.pick(names)
    const victim = chance.pick(alive.filter(({ name }) => kindOf(name) === kind))
    process.kill(victim.pid, 'SIGKILL')
    killed.push(kind)
    told(victim.name)
  }
  return killed
}
