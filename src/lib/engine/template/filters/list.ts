import type { Data } from '../../data.ts'
import { isEmpty, isEqual } from '../compare.ts'
import { toBoolean, toNumber, toText } from '../coerce.ts'
import { follow, readPath } from '../path.ts'
import { texts } from '../texts.ts'
import {
  described,
  numberOf,
  optional,
  required,
  tidy,
  wholeNumber,
  type Filter,
  type FilterContext,
} from './filter.ts'

/** A list as it is; nothing is an empty list, and one value is a list of one. */
function listOf(value: Data, context: FilterContext): Data[] {
  if (value === null || value === '') return []
  const list = Array.isArray(value) ? value : [value]
  context.use(list.length)
  return list
}

/** Reads a field of an entry, `owner.name` too; entries without it have it empty. */
function fieldReader(name: Data | undefined, filter: string): (entry: Data) => Data {
  if (name === undefined) return (entry) => entry
  const text = toText(name)
  const path = readPath(text) ?? [text]
  if (text === '') throw texts.badArgument(filter, 'needs the name of a field.')
  // What is found in data is data.
  return (entry) => (follow(entry, path) ?? null) as Data
}

const KINDS = ['number', 'string', 'boolean', 'object']

/** Numbers before texts, both as people sort them; empty values last. */
function inOrder(a: Data, b: Data): number {
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b))
  const [x, y] = [toNumber(a), toNumber(b)]
  if (x !== undefined && y !== undefined) return x - y
  if (typeof a !== typeof b) return KINDS.indexOf(typeof a) - KINDS.indexOf(typeof b)
  const [left, right] = [toText(a).toLowerCase(), toText(b).toLowerCase()]
  return left < right ? -1 : left > right ? 1 : 0
}

const ofList = (
  declaration: Omit<Filter, 'kind' | 'run'>,
  change: (list: Data[], args: Data[], context: FilterContext) => Data,
): Filter => ({
  ...declaration,
  kind: 'list',
  run: (input, args, context) => change(listOf(input, context), args, context),
})

const FIELD = optional('field', 'The field of each entry')

function sizeOf(value: Data): number {
  if (Array.isArray(value)) return value.length
  if (value === null) return 0
  if (typeof value === 'object') return Object.keys(value).length
  return toText(value).length
}

function unique(list: Data[], read: (entry: Data) => Data, context: FilterContext): Data[] {
  const seen = new Set<string>()
  return list.filter((entry) => {
    const key = JSON.stringify(read(entry))
    context.use(key.length)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** Filters for lists. */
export const LIST_FILTERS: Filter[] = [
  {
    name: 'size',
    kind: 'list',
    title: 'How many entries (or letters)',
    example: { template: '{{ "a,b,c" | split: "," | size }}', result: '3' },
    arguments: [],
    run: sizeOf,
  },
  ofList(
    {
      name: 'first',
      title: 'The first entry',
      example: { template: '{{ "a,b,c" | split: "," | first }}', result: 'a' },
      arguments: [],
    },
    (list) => list[0] ?? null,
  ),
  ofList(
    {
      name: 'last',
      title: 'The last entry',
      example: { template: '{{ "a,b,c" | split: "," | last }}', result: 'c' },
      arguments: [],
    },
    (list) => list.at(-1) ?? null,
  ),
  ofList(
    {
      name: 'join',
      title: 'Join into a text',
      example: { template: '{{ "a,b" | split: "," | join: " and " }}', result: 'a and b' },
      arguments: [optional('by', 'What to put between the entries')],
    },
    (list, [by], context) => {
      const glue = by === undefined ? ', ' : toText(by)
      context.use(list.length * glue.length)
      const texts = list.map((entry) => {
        const text = toText(entry)
        context.use(text.length)
        return text
      })
      return texts.join(glue)
    },
  ),
  ofList(
    {
      name: 'sort',
      title: 'Sort',
      example: { template: '{{ "b,a,c" | split: "," | sort }}', result: 'a, b, c' },
      arguments: [FIELD],
    },
    (list, [field], context) => {
      const read = fieldReader(field, 'sort')
      context.use(list.length * 4)
      return list.toSorted((a, b) => inOrder(read(a), read(b)))
    },
  ),
  ofList(
    {
      name: 'reverse',
      title: 'Turn around',
      example: { template: '{{ "a,b,c" | split: "," | reverse }}', result: 'c, b, a' },
      arguments: [],
    },
    (list) => list.toReversed(),
  ),
  ofList(
    {
      name: 'where',
      title: 'Only entries that have a value',
      example: {
        template: '{{ steps.find.records | where: "status", "open" }}',
        result: 'the open ones',
      },
      arguments: [
        required('field', 'The field of each entry'),
        optional('value', 'The value it must have'),
      ],
    },
    (list, [field, value]) => {
      const read = fieldReader(field, 'where')
      return list.filter((entry) => {
        const found = read(entry)
        if (value !== undefined) return isEqual(found, value)
        return !isEmpty(found) && toBoolean(found) !== false
      })
    },
  ),
  ofList(
    {
      name: 'map',
      title: 'One field of every entry',
      example: {
        template: '{{ steps.find.records | map: "email" }}',
        result: 'a@example.com, b@example.com',
      },
      arguments: [required('field', 'The field of each entry')],
    },
    (list, [field]) => list.map(fieldReader(field, 'map')),
  ),
  ofList(
    {
      name: 'sum',
      title: 'Add up',
      example: { template: '{{ "1,2,3" | split: "," | sum }}', result: '6' },
      arguments: [FIELD],
    },
    (list, [field]) => {
      const read = fieldReader(field, 'sum')
      const total = list.reduce<number>((sum, entry) => {
        const value = read(entry)
        return sum + (isEmpty(value) ? 0 : numberOf(value, 'sum'))
      }, 0)
      return tidy(total, 'sum')
    },
  ),
  ofList(
    {
      name: 'uniq',
      title: 'Every entry only once',
      example: { template: '{{ "a,b,a" | split: "," | uniq }}', result: 'a, b' },
      arguments: [FIELD],
    },
    (list, [field], context) => unique(list, fieldReader(field, 'uniq'), context),
  ),
  ofList(
    {
      name: 'compact',
      title: 'Without empty entries',
      example: { template: '{{ "a,,b" | split: "," | compact }}', result: 'a, b' },
      arguments: [FIELD],
    },
    (list, [field]) => {
      const read = fieldReader(field, 'compact')
      return list.filter((entry) => !isEmpty(read(entry)))
    },
  ),
  {
    name: 'slice',
    kind: 'list',
    title: 'A part of a list or text',
    example: { template: '{{ "a,b,c" | split: "," | slice: 0, 2 }}', result: 'a, b' },
    arguments: [required('from', 'Where to begin, from 0'), optional('count', 'How many')],
    run(input, [from, count], context) {
      const start = wholeNumber(from, 'slice', -1_000_000_000, 1_000_000_000)
      const many = wholeNumber(count ?? 1, 'slice', 0, 1_000_000_000)
      const whole = typeof input === 'string' ? input : listOf(input, context)
      context.use(whole.length)
      const begin = start < 0 ? Math.max(0, whole.length + start) : start
      const part = whole.slice(begin, begin + many)
      // Half of a letter made of two units is no text that can be stored.
      return typeof part === 'string' ? part.toWellFormed() : part
    },
  },
]

/** Filters for values of every kind. */
export const ANY_FILTERS: Filter[] = [
  {
    name: 'default',
    kind: 'any',
    title: 'If empty, use this instead',
    example: { template: '{{ trigger.name | default: "friend" }}', result: 'friend' },
    arguments: [required('instead', 'What to use instead')],
    // "No" and zero are values, not missing ones.
    run: (input, [instead]) => (isEmpty(input) ? (instead ?? null) : input),
  },
  {
    name: 'json',
    kind: 'any',
    title: 'As JSON text',
    example: { template: '{{ "a,b" | split: "," | json }}', result: '["a","b"]' },
    arguments: [],
    run(input, _args, context) {
      const text = JSON.stringify(input)
      context.use(text.length)
      return text
    },
  },
  {
    name: 'parse_json',
    kind: 'any',
    title: 'Read JSON text',
    example: { template: '{{ \'{"a": 1}\' | parse_json | json }}', result: '{"a":1}' },
    arguments: [],
    run(input, _args, context) {
      const text = toText(input)
      context.use(text.length)
      try {
        return JSON.parse(text) as Data // JSON text holds nothing but data
      } catch (problem) {
        if (problem instanceof SyntaxError)
          throw texts.badInput('parse_json', described(input), 'JSON text')
        throw problem
      }
    },
  },
]
