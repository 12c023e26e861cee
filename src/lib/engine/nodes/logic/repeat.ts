import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { noRules } from '../no-rules.ts'

/** Runs the steps after its `each` port again and again until its rules hold; `done` goes on with the results in order. */
export const repeatUntil = defineNode({
  type: 'logic.repeat',
  version: 1,
  category: 'logic',
  title: 'Repeat until',
  description:
    'Repeats some steps until the rules are true, which is looked at after each time. Inside, "item" is what the time before came to.',
  icon: 'rotate-cw',
  effect: 'control',
  control: 'repeat',
  ports: () => ({
    inputs: [{ name: 'in', label: '' }],
    outputs: [
      { name: 'each', label: 'Each time' },
      { name: 'done', label: 'When it is done' },
    ],
  }),
  config: z.object({
    until: field
      .rules({
        label: 'Until',
        hint: 'Looked at after each time, with what the repeated steps yielded.',
        required: true,
        perPass: true,
      })
      .default({ all: [] }),
    most: field.number({ label: 'At most so many times' }).int().min(1).max(1000).default(10),
    atLimit: field
      .select({ label: 'If the rules are still not true then' }, [
        { value: 'fail', label: 'Fail' },
        { value: 'continue', label: 'Go on' },
      ])
      .default('fail'),
  }),
  output: z.object({
    results: z.array(z.unknown()),
    count: z.number(),
    reason: z.enum(['rules', 'limit', 'stopped']),
  }),
  sample: { results: [{ status: 202 }, { status: 200 }], count: 2, reason: 'rules' },
  check: ({ until }) =>
    noRules('until', until, 'There are no rules yet that say when to stop repeating.'),
})
