import type { Data } from '../../data.ts'
import { toNumber, toText } from '../coerce.ts'
import { texts } from '../texts.ts'

/** What filters know besides their values. */
export interface FilterContext {
  /** The workspace's. */
  timeZone: string
  /** Milliseconds since 1970. */
  now: number
  /** Counts characters or entries that are made, or work of that size; throws when it gets too much. */
  use(amount: number): void
}

/** Where the builder's menu lists a filter. */
export type FilterKind = 'text' | 'number' | 'date' | 'list' | 'any'

export interface FilterArgument {
  name: string
  title: string
  required: boolean
}

/** A filter: what people read of it, and what it does. */
export interface Filter {
  name: string
  kind: FilterKind
  title: string
  /** A template with its result, for the menu. */
  example: { template: string; result: string }
  arguments: FilterArgument[]
  run(input: Data, args: Data[], context: FilterContext): Data
}

export const required = (name: string, title: string): FilterArgument => ({
  name,
  title,
  required: true,
})
export const optional = (name: string, title: string): FilterArgument => ({
  name,
  title,
  required: false,
})

/** How a value is called in a problem. */
export function described(value: Data | undefined): string {
  if (value === undefined || value === null || value === '') return 'an empty value'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'a group of fields'
  return `"${toText(value).slice(0, 60)}"`
}

/** A value as a number, or the problem that it isn't one. */
export function numberOf(value: Data | undefined, filter: string): number {
  const number = toNumber(value)
  if (number === undefined) throw texts.badInput(filter, described(value), 'a number')
  return number
}

/** 0.1 + 0.2 is 0.3 to people; what is beyond the 15th digit is noise of the machine's way to count. */
export function tidy(number: number, filter: string): number {
  const result = Number.isSafeInteger(number) ? number : Number(number.toPrecision(15))
  if (Number.isFinite(result)) return result
  throw texts.badArgument(filter, 'gives a number that is too large.')
}

/** A whole number within bounds, e.g. a count of letters. */
export function wholeNumber(
  value: Data | undefined,
  filter: string,
  least: number,
  most: number,
): number {
  const number = numberOf(value, filter)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw texts.badArgument(filter, `needs a whole number from ${least} to ${most}.`)
}

/** Looking for a part in a text costs their product at worst; short parts are quick. */
export function useForSearch(
  text: string,
  part: string,
  context: Pick<FilterContext, 'use'>,
): void {
  context.use(text.length * Math.ceil(part.length / 1000))
}
