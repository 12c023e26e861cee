import { z } from 'zod'
import { evaluate } from '../../template/conditions.ts'
import { defineNode, finish } from '../define-node.ts'
import { field } from '../fields.ts'
import { noRules } from '../no-rules.ts'

/** Goes one of two ways. */
export const condition = defineNode({
  type: 'logic.condition',
  version: 1,
  category: 'logic',
  title: 'Condition',
  description: 'Goes one way if the rules are true, and the other way if they are not.',
  icon: 'split',
  effect: 'pure',
  ports: () => ({
    inputs: [{ name: 'in', label: '' }],
    outputs: [
      { name: 'true', label: 'True' },
      { name: 'false', label: 'False' },
    ],
  }),
  config: z.object({
    rules: field.rules({ label: 'Rules', required: true }).default({ all: [] }),
  }),
  output: z.object({ result: z.boolean() }),
  sample: { result: true },
  check: ({ rules }) => noRules('rules', rules, 'This condition has no rules yet.'),
  run({ rules }, { workspace, now }) {
    const result = evaluate(rules, { timeZone: workspace.timeZone, now: Date.parse(now) })
    return finish({ result }, result ? 'true' : 'false')
  },
})
