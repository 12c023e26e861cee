import type { Data } from '../data.ts'
import { DATE_FILTERS } from './filters/date.ts'
import type { Filter, FilterContext } from './filters/filter.ts'
import { ANY_FILTERS, LIST_FILTERS } from './filters/list.ts'
import { NUMBER_FILTERS } from './filters/number.ts'
import { TEXT_FILTERS } from './filters/text.ts'
import { texts } from './texts.ts'

export type { Filter, FilterArgument, FilterContext, FilterKind } from './filters/filter.ts'

/** Every filter that templates can use, with the words for the builder's menu. */
export const FILTERS: readonly Filter[] = [
  ...ANY_FILTERS,
  ...TEXT_FILTERS,
  ...NUMBER_FILTERS,
  ...DATE_FILTERS,
  ...LIST_FILTERS,
]

/** Runs a filter once its arguments are counted. */
export function applyFilter(
  filter: Filter,
  input: Data,
  args: Data[],
  context: FilterContext,
): Data {
  const least = filter.arguments.filter((argument) => argument.required).length
  if (args.length < least) {
    const missing = filter.arguments[args.length]
    throw texts.badArgument(filter.name, `still needs: ${(missing?.title ?? '').toLowerCase()}.`)
  }
  if (args.length > filter.arguments.length) {
    throw texts.badArgument(filter.name, `takes no more than ${filter.arguments.length} values.`)
  }
  return filter.run(input, args, context)
}
