import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'

/** Runs the steps after its `each` port once for every item of a list; `done` goes on with the results in order. */
export const forEach = defineNode({
  type: 'logic.for_each',
  version: 1,
  category: 'logic',
  title: 'For each',
  description: 'Repeats some steps for every item of a list, then goes on with all results.',
  icon: 'repeat',
  effect: 'control',
  control: 'for_each',
  ports: () => ({
    inputs: [{ name: 'in', label: '' }],
    outputs: [
      { name: 'each', label: 'For each item' },
      { name: 'done', label: 'When all are done' },
    ],
  }),
  config: z.object({
    items: field.value({
      label: 'List',
      hint: 'For example the records that an earlier step found.',
    }),
    concurrency: field
      .number({
        label: 'At the same time',
        hint: 'How many items are worked on side by side.',
        advanced: true,
      })
      .int()
      .min(1)
      .max(100)
      .default(1),
    onItemError: field
      .select({ label: 'If an item fails', advanced: true }, [
        { value: 'stop', label: 'Stop' },
        { value: 'continue', label: 'Go on, and list what failed' },
      ])
      .default('stop'),
    keepResults: field
      .select(
        {
          label: 'Results',
          hint: 'What the items yield can be too much to keep when there are tens of thousands of them.',
          advanced: true,
        },
        [
          { value: 'all', label: 'Hand them all on' },
          { value: 'none', label: 'Leave them out' },
        ],
      )
      .default('all'),
  }),
  output: z.object({
    results: z.array(z.unknown()),
    failed: z.array(z.object({ index: z.number(), error: z.record(z.string(), z.unknown()) })),
    count: z.number(),
    stopped_early: z.boolean(),
  }),
  sample: {
    results: [{ status: 200 }, { status: 200 }],
    failed: [],
    count: 2,
    stopped_early: false,
  },
})
