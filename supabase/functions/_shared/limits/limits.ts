import { Limit, type Limited } from './limit.ts'
import type { Queries } from '../database/pool.ts'

/** A busy installation has so many limits at a time; beyond that, room that was taken ahead is forgotten. */
const MOST_KEPT = 20_000

const known = new Map<string, Limit>()

/** The limit of this process for something; null without a limit. Kept until it is changed to another number. */
export function limitOn(limited: Limited, queries: Queries): Limit | null {
  if (limited.perMinute === 0) return null
  const found = known.get(limited.key)
  if (found?.limited.perMinute === limited.perMinute) return found
  if (known.size >= MOST_KEPT) known.clear()
  const made = new Limit(limited, queries)
  known.set(limited.key, made)
  return made
}

/** Counts a request with all of these, or with none. Says 0, or after how many whole seconds to come again. */
export async function takeAll(limits: readonly (Limit | null)[]): Promise<number> {
  const taken: Limit[] = []
  for (const limit of limits) {
    if (limit === null) continue
    const wait = await limit.take()
    if (wait > 0) {
      for (const other of taken) other.giveBack()
      return seconds(wait)
    }
    taken.push(limit)
  }
  return 0
}

/** The same as far as is known without asking: after how many whole seconds to come again, or 0. Counts nothing. */
export function waitOf(limits: readonly (Limit | null)[]): number {
  const wait = Math.max(0, ...limits.map((limit) => limit?.waitMs ?? 0))
  return wait > 0 ? seconds(wait) : 0
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))
