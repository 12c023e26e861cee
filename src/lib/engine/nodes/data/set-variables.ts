import { z } from 'zod'
import type { Data, DataObject } from '../../data.ts'
import { ConfigProblem } from '../../errors.ts'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { asType, described, wordsOf } from './typed-value.ts'

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
      const kept = asType(given, type)
      if (kept === undefined) {
        throw new ConfigProblem({
          code: 'variables.wrong_type',
          title: 'A variable has the wrong type',
          detail: `"${name}" should be ${wordsOf(type)}, but its value is ${described(given)}.`,
          hint: 'Change the value, or choose another type for the variable.',
          field: 'variables',
        })
      }
      output[name] = kept
    }
    return output
  },
})
