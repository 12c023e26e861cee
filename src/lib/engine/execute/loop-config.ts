import type { Data } from '../data.ts'
import type { LoopOrder } from '../run/events.ts'
import { problems } from './problems.ts'

/** Reads a loop's config after its templates were filled in. */
export function loopConfig(
  control: 'for_each' | 'repeat',
  config: Record<string, unknown>,
): LoopOrder {
  return control === 'repeat' ? repeatConfig(config) : listConfig(config)
}

function listConfig(config: Record<string, unknown>): LoopOrder {
  const { items, concurrency, onItemError, keepResults } = config
  if (!Array.isArray(items)) throw problems.notAList(items)
  return {
    items: items as Data[], // what templates yield is data
    concurrency: typeof concurrency === 'number' ? concurrency : 1,
    goesOn: onItemError === 'continue',
    keepsResults: keepResults !== 'none',
    atLimit: null,
  }
}

/** One pass after the other. */
function repeatConfig({ most, atLimit }: Record<string, unknown>): LoopOrder {
  return {
    items: new Array<Data>(typeof most === 'number' ? most : MOST_PASSES).fill(null),
    concurrency: 1,
    goesOn: false,
    keepsResults: true,
    atLimit: atLimit === 'continue' ? 'continue' : 'fail',
  }
}

/** Of a loop that doesn't say; its node type has the same default. */
const MOST_PASSES = 10
