import type { Data } from '../data.ts'
import { problems } from './problems.ts'

interface LoopConfig {
  items: readonly Data[]
  concurrency: number
  goesOn: boolean
}

/** Reads a loop's config after its templates were filled in. */
export function loopConfig(config: Record<string, unknown>): LoopConfig {
  const { items, concurrency, onItemError } = config
  if (!Array.isArray(items)) throw problems.notAList(items)
  return {
    items: items as Data[], // what templates yield is data
    concurrency: typeof concurrency === 'number' ? concurrency : 1,
    goesOn: onItemError === 'continue',
  }
}
