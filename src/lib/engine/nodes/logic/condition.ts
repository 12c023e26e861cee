import { z } from 'zod'
import { evaluate } from '../../template/conditions.ts'
import { ruleCount } from '../../template/rule-tree.ts'
import { defineNode, finish } from '../define-node.ts'
import { field } from '../fields.ts'

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
  check({ rules }) {
    if (rules !== undefined && ruleCount(rules) > 0) return []
    return [
      {
        code: 'config.required',
        field: 'rules',
        title: 'A field is empty',
        detail: 'This condition has no rules yet.',
        hint: 'Add at least one rule.',
      },
    ]
  },
  run({ rules }, { workspace, now }) {
    const result = evaluate(rules, { timeZone: workspace.timeZone, now: Date.parse(now) })
    return finish({ result }, result ? 'true' : 'false')
  },
})
