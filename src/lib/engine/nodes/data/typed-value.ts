import type { Data } from '../../data.ts'
import { toBoolean, toList, toNumber, toText } from '../../template/coerce.ts'

/** The types that people can ask for by name; `auto` takes a value as it is. */
export type ValueType = 'auto' | 'text' | 'number' | 'boolean' | 'list' | 'object'

const WORDS: Record<ValueType, string> = {
  auto: 'any value',
  text: 'a text',
  number: 'a number',
  boolean: 'yes or no',
  list: 'a list',
  object: 'a group of fields',
}

/** A type in words, for sentences. */
export const wordsOf = (type: ValueType): string => WORDS[type]

/** A value as that type; undefined when it can't be read as one. An empty value stays empty. */
export function asType(value: Data, type: ValueType): Data | undefined {
  if (value === null) return null
  switch (type) {
    case 'auto':
      return value
    case 'text':
      return toText(value)
    case 'number':
      return toNumber(value)
    case 'boolean':
      return toBoolean(value)
    case 'list':
      return toList(value)
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? value : undefined
  }
}

/** A value as a sentence names it. */
export function described(value: Data): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a group of fields'
  return `"${toText(value).slice(0, 100)}"`
}
