import type { Data } from '../../data.ts'
import { toText } from '../coerce.ts'
import { texts } from '../texts.ts'
import { numberOf, optional, required, tidy, wholeNumber, type Filter } from './filter.ts'

const ofNumber = (
  declaration: Omit<Filter, 'kind' | 'run'>,
  change: (number: number, args: Data[]) => number,
): Filter => ({
  ...declaration,
  kind: 'number',
  run: (input, args) => tidy(change(numberOf(input, declaration.name), args), declaration.name),
})

/** Half goes away from zero, and 1.005 is a half although the machine's number is a little less. */
function rounded(number: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(Math.abs(number)).split('e')
  const shifted = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`))
  const [shiftedMantissa, shiftedExponent = '0'] = String(shifted).split('e')
  const result = Number(`${shiftedMantissa}e${Number(shiftedExponent) - digits}`)
  // Adding 0 makes 0 of -0.
  return (number < 0 ? -result : result) + 0
}

function divisorOf(by: Data | undefined, filter: string): number {
  const divisor = numberOf(by, filter)
  if (divisor === 0) throw texts.badArgument(filter, 'cannot divide by zero.')
  return divisor
}

/** The same everywhere: what separates is said, not guessed from a language. */
function grouped(
  number: number,
  digits: number | undefined,
  group: string,
  decimal: string,
): string {
  const value = digits === undefined ? number : rounded(number, digits)
  const plain = digits === undefined ? String(Math.abs(value)) : Math.abs(value).toFixed(digits)
  if (plain.includes('e')) return String(value)
  const [whole = '', fraction] = plain.split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, '\0').replaceAll('\0', group)
  return `${value < 0 ? '-' : ''}${groups}${fraction === undefined ? '' : decimal + fraction}`
}

const separator = (given: Data | undefined, usual: string, filter: string): string => {
  if (given === undefined) return usual
  const text = toText(given)
  if (text.length > 3) throw texts.badArgument(filter, 'needs a short separator, such as a comma.')
  return text
}

const ARGUMENT = [required('number', 'The other number')]

/** Filters for numbers. Texts that are numbers count as such; anything else is a problem, not a zero. */
export const NUMBER_FILTERS: Filter[] = [
  ofNumber(
    {
      name: 'round',
      title: 'Round',
      example: { template: '{{ 2.345 | round: 2 }}', result: '2.35' },
      arguments: [optional('digits', 'Digits after the point')],
    },
    (number, [digits]) => rounded(number, wholeNumber(digits ?? 0, 'round', 0, 12)),
  ),
  ofNumber(
    {
      name: 'floor',
      title: 'Round down',
      example: { template: '{{ 2.9 | floor }}', result: '2' },
      arguments: [],
    },
    (number) => Math.floor(number),
  ),
  ofNumber(
    {
      name: 'ceil',
      title: 'Round up',
      example: { template: '{{ 2.1 | ceil }}', result: '3' },
      arguments: [],
    },
    (number) => Math.ceil(number) + 0,
  ),
  ofNumber(
    {
      name: 'abs',
      title: 'Without the minus sign',
      example: { template: '{{ -5 | abs }}', result: '5' },
      arguments: [],
    },
    (number) => Math.abs(number),
  ),
  ofNumber(
    {
      name: 'plus',
      title: 'Add',
      example: { template: '{{ 2 | plus: 3 }}', result: '5' },
      arguments: ARGUMENT,
    },
    (number, [other]) => number + numberOf(other, 'plus'),
  ),
  ofNumber(
    {
      name: 'minus',
      title: 'Subtract',
      example: { template: '{{ 5 | minus: 3 }}', result: '2' },
      arguments: ARGUMENT,
    },
    (number, [other]) => number - numberOf(other, 'minus'),
  ),
  ofNumber(
    {
      name: 'times',
      title: 'Multiply',
      example: { template: '{{ 4 | times: 2.5 }}', result: '10' },
      arguments: ARGUMENT,
    },
    (number, [other]) => number * numberOf(other, 'times'),
  ),
  ofNumber(
    {
      name: 'divided_by',
      title: 'Divide',
      example: { template: '{{ 7 | divided_by: 2 }}', result: '3.5' },
      arguments: ARGUMENT,
    },
    (number, [other]) => number / divisorOf(other, 'divided_by'),
  ),
  ofNumber(
    {
      name: 'modulo',
      title: 'Rest of a division',
      example: { template: '{{ 7 | modulo: 3 }}', result: '1' },
      arguments: ARGUMENT,
    },
    (number, [other]) => number % divisorOf(other, 'modulo'),
  ),
  {
    name: 'format_number',
    kind: 'number',
    title: 'With separators for thousands',
    example: { template: '{{ 1234567.5 | format_number: 2 }}', result: '1,234,567.50' },
    arguments: [
      optional('digits', 'Digits after the point'),
      optional('thousands', 'What separates thousands'),
      optional('point', 'What stands before the decimals'),
    ],
    run: (input, [digits, thousands, point]) =>
      grouped(
        numberOf(input, 'format_number'),
        digits === undefined ? undefined : wholeNumber(digits, 'format_number', 0, 12),
        separator(thousands, ',', 'format_number'),
        separator(point, '.', 'format_number'),
      ),
  },
]
