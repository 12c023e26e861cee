import { z } from 'zod'
import type { Data, DataObject } from '../../data.ts'
import { ConfigProblem } from '../../errors.ts'
import { toBoolean, toList, toNumber, toText } from '../../template/coerce.ts'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'

type Kind = 'auto' | 'text' | 'number' | 'boolean' | 'list' | 'object'

const WANTED: Record<Exclude<Kind, 'auto'>, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'yes or no',
  list: 'a list',
  object: 'a group of fields',
}

function converted(value: Data, kind: Kind): Data | undefined {
  switch (kind) {
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
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? value
        : undefined
  }
}

/** Keeps values under names of one's own: `vars.<name>` in all later steps. */
export const setVariables = defineNode({
  type: 'data.set_variables',
  version: 1,
  category: 'data',
  title: 'Set variables',
  description:
    'Gives values a name, so that later steps can use them, for example a full name made of two fields.',
  icon: 'variable',
  effect: 'pure',
  setsVariables: true,
  config: z.object({
    variables: field.assignments({ label: 'Variables', required: true }).default([]),
  }),
  output: z.record(z.string(), z.unknown()),
  sample: { full_name: 'Ada Lovelace' },
  run({ variables }) {
    const output: DataObject = {}
    for (const { name, type, value } of variables) {
      // What a template yields is data: it came from data.
      const given = (value ?? null) as Data
      const kept = given === null ? null : converted(given, type)
      if (kept === undefined && type !== 'auto') {
        throw new ConfigProblem({
          code: 'variables.wrong_type',
          title: 'A variable has the wrong type',
          detail: `"${name}" should be ${WANTED[type]}, but its value is ${described(given)}.`,
          hint: 'Change the value, or choose another type for the variable.',
          field: 'variables',
        })
      }
      output[name] = kept ?? null
    }
    return output
  },
})

function described(value: Data): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a group of fields'
  return `"${toText(value).slice(0, 100)}"`
}
