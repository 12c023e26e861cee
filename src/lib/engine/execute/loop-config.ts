import type { Data } from '../data.ts'
import { ConfigProblem } from '../errors.ts'
import { toText } from '../template/coerce.ts'

interface LoopConfig {
  items: readonly Data[]
  concurrency: number
  goesOn: boolean
}

/** Reads a loop's config after its templates were filled in. */
export function loopConfig(config: Record<string, unknown>): LoopConfig {
  const { items, concurrency, onItemError } = config
  if (!Array.isArray(items)) {
    throw new ConfigProblem({
      code: 'for_each.not_a_list',
      title: 'This is not a list',
      detail: `"For each" needs a list, but got ${items == null ? 'an empty value' : `"${toText(items).slice(0, 60)}"`}.`,
      hint: 'Pick a variable that holds a list, for example the records that an earlier step found.',
      field: 'items',
    })
  }
  return {
    items: items as Data[], // what templates yield is data
    concurrency: typeof concurrency === 'number' ? concurrency : 1,
    goesOn: onItemError === 'continue',
  }
}
