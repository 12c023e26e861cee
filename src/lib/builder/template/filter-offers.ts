import type { Data } from '#lib/engine/data.ts'
import { FILTERS } from '#lib/engine/index.ts'
import type { Filter, FilterKind } from '#lib/engine/template/filters.ts'
import { plain } from '#lib/ui/choice.ts'
import { templateTexts as texts } from './texts.ts'
import { filterKindOf } from './value-words.ts'

/** What people read of a filter. */
export const filterTitle = ({ name, title }: Pick<Filter, 'name' | 'title'>): string =>
  texts.titles[name] ?? title

/** A filter by its name. */
export const filterCalled = (name: string): Filter | undefined =>
  FILTERS.find((filter) => filter.name === name)

/** Whether it can be tried without asking for anything. */
export const asksForNothing = (filter: Filter): boolean =>
  filter.arguments.every((argument) => !argument.required)

/** The changes that a value can be put through: those for its kind first, and of a search only what fits. */
export function filterOffers(value: Data | undefined, typed: string): Filter[] {
  const own = filterKindOf(value)
  const order: FilterKind[] = [
    ...new Set<FilterKind>([own, 'any', 'text', 'number', 'date', 'list']),
  ]
  const words = plain(typed).split(' ').filter(Boolean)
  return FILTERS.filter((filter) => {
    const text = plain(`${filterTitle(filter)} ${filter.name} ${texts.groups[filter.kind]}`)
    return words.every((word) => text.includes(word))
  }).toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}
