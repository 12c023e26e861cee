import { z } from 'zod'
import type { Data, DataObject } from '../../data.ts'
import { StepFailure } from '../../errors.ts'
import { asType, described, wordsOf } from '../data/typed-value.ts'
import { defineNode, NO_INPUT } from '../define-node.ts'
import { field } from '../fields.ts'

/** The kind of trigger that "Call a workflow" starts. */
export const CALLED = 'trigger.called'

const isGroup = (value: Data): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const missing = (name: string): StepFailure =>
  new StepFailure({
    code: 'called.input_missing',
    title: 'An input is missing',
    detail: `This workflow needs "${name}", and whoever called it did not give it.`,
    hint: `Fill in "${name}" in the step that calls this workflow, or give the input a value of its own here.`,
    retryable: false,
  })

/** Starts when another workflow calls this one; hands on what it was given. */
export const calledTrigger = defineNode({
  type: CALLED,
  version: 1,
  category: 'triggers',
  title: 'Called by a workflow',
  description: 'Starts when another workflow calls this one, with the inputs that it asks for.',
  icon: 'corner-down-right',
  effect: 'pure',
  ports: () => NO_INPUT,
  config: z.object({
    inputs: field
      .assignments({
        label: 'Inputs',
        hint: 'What the caller fills in. An input with a value here may be left out; one without has to be given.',
      })
      .default([]),
  }),
  output: z.record(z.string(), z.unknown()),
  sample: { customer: 'Ada Lovelace', amount: 17 },
  run({ inputs }, { trigger }) {
    const given = isGroup(trigger) ? trigger : {}
    const output: DataObject = { ...given }
    for (const { name, type, value } of inputs) {
      const own = (value === '' ? null : (value ?? null)) as Data // what a template yields is data
      const chosen = Object.hasOwn(given, name) ? (given[name] ?? null) : own
      if (chosen === null || chosen === '') throw missing(name)
      const kept = asType(chosen, type)
      if (kept === undefined) {
        throw new StepFailure({
          code: 'called.input_wrong_type',
          title: 'An input has the wrong type',
          detail: `"${name}" should be ${wordsOf(type)}, but was given ${described(chosen)}.`,
          hint: 'Change it in the step that calls this workflow, or choose another type here.',
          retryable: false,
        })
      }
      output[name] = kept
    }
    return output
  },
})
