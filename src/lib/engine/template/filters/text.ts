import type { Data } from '../../data.ts'
import { isEmpty } from '../compare.ts'
import { toText } from '../coerce.ts'
import {
  optional,
  required,
  useForSearch,
  wholeNumber,
  type Filter,
  type FilterContext,
} from './filter.ts'

/** A filter that makes a text of a text; both count. */
const ofText = (
  declaration: Omit<Filter, 'kind' | 'run'>,
  change: (text: string, args: Data[], context: FilterContext) => string,
): Filter => ({
  ...declaration,
  kind: 'text',
  run(input, args, context) {
    const text = toText(input)
    context.use(text.length)
    const result = change(text, args, context)
    context.use(result.length)
    return result
  },
})

const capital = (text: string): string => {
  const first = text.slice(
    0,
    text.codePointAt(0) === undefined ? 0 : String.fromCodePoint(text.codePointAt(0) ?? 0).length,
  )
  return first.toUpperCase() + text.slice(first.length)
}

const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]/u)
    .filter((word) => word !== '')
    .join('-')

function truncated(text: string, most: number, end: string): string {
  // Letters, not halves of them.
  const letters = [...text.slice(0, most * 2 + 2)]
  if (letters.length <= most) return text
  return (
    letters
      .slice(0, Math.max(0, most - [...end].length))
      .join('')
      .trimEnd() + end
  )
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function replaced(text: string, part: string, by: string, context: FilterContext): string {
  if (part === '') return text
  useForSearch(text, part, context)
  const pieces = text.split(part)
  context.use(pieces.length * by.length)
  return pieces.join(by)
}

/** Filters for texts. Other values are first written as text. */
export const TEXT_FILTERS: Filter[] = [
  ofText(
    {
      name: 'upcase',
      title: 'Capital letters',
      example: { template: '{{ "Ada" | upcase }}', result: 'ADA' },
      arguments: [],
    },
    (text) => text.toUpperCase(),
  ),
  ofText(
    {
      name: 'downcase',
      title: 'Small letters',
      example: { template: '{{ "Ada" | downcase }}', result: 'ada' },
      arguments: [],
    },
    (text) => text.toLowerCase(),
  ),
  ofText(
    {
      name: 'capitalize',
      title: 'Begin with a capital letter',
      example: { template: '{{ "ada lovelace" | capitalize }}', result: 'Ada lovelace' },
      arguments: [],
    },
    capital,
  ),
  ofText(
    {
      name: 'trim',
      title: 'Remove spaces around',
      example: { template: '{{ "  Ada " | trim }}', result: 'Ada' },
      arguments: [],
    },
    (text) => text.trim(),
  ),
  ofText(
    {
      name: 'truncate',
      title: 'Shorten to so many letters',
      example: { template: '{{ "A very long story" | truncate: 8 }}', result: 'A very…' },
      arguments: [
        required('letters', 'How many letters at most'),
        optional('end', 'What marks the cut'),
      ],
    },
    (text, [letters, end]) =>
      truncated(
        text,
        wholeNumber(letters, 'truncate', 0, 1_000_000),
        end === undefined ? '…' : toText(end),
      ),
  ),
  ofText(
    {
      name: 'replace',
      title: 'Replace a part',
      example: { template: '{{ "a-b-c" | replace: "-", "+" }}', result: 'a+b+c' },
      arguments: [required('part', 'What to look for'), required('by', 'What to put there')],
    },
    (text, [part, by], context) => replaced(text, toText(part), toText(by), context),
  ),
  ofText(
    {
      name: 'remove',
      title: 'Remove a part',
      example: { template: '{{ "+49 (30) 1" | remove: " " }}', result: '+49(30)1' },
      arguments: [required('part', 'What to remove')],
    },
    (text, [part], context) => replaced(text, toText(part), '', context),
  ),
  ofText(
    {
      name: 'append',
      title: 'Add at the end',
      example: { template: '{{ "report" | append: ".pdf" }}', result: 'report.pdf' },
      arguments: [required('text', 'What to add')],
    },
    (text, [more]) => text + toText(more),
  ),
  ofText(
    {
      name: 'prepend',
      title: 'Add at the beginning',
      example: { template: '{{ "4711" | prepend: "No. " }}', result: 'No. 4711' },
      arguments: [required('text', 'What to add')],
    },
    (text, [more]) => toText(more) + text,
  ),
  ofText(
    {
      name: 'slug',
      title: 'As part of a web address',
      example: { template: '{{ "Größe & Form" | slug }}', result: 'grosse-form' },
      arguments: [],
    },
    slugOf,
  ),
  ofText(
    {
      name: 'url_encode',
      title: 'Safe inside a web address',
      example: { template: '{{ "a b&c" | url_encode }}', result: 'a%20b%26c' },
      arguments: [],
    },
    (text) => encodeURIComponent(text.toWellFormed()),
  ),
  ofText(
    {
      name: 'escape',
      title: 'Safe inside HTML',
      example: { template: '{{ "1 < 2" | escape }}', result: '1 &lt; 2' },
      arguments: [],
    },
    (text) => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign),
  ),
  {
    name: 'split',
    kind: 'text',
    title: 'Split into a list',
    example: { template: '{{ "a, b" | split: ", " | first }}', result: 'a' },
    arguments: [required('by', 'What stands between the entries')],
    run(input, [by], context) {
      const text = toText(input)
      const part = toText(by)
      if (isEmpty(text)) return []
      useForSearch(text, part, context)
      context.use(text.length)
      return part === '' ? [...text] : text.split(part)
    },
  },
]
