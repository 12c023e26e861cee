import { z } from 'zod'
import { evaluate } from '../../template/conditions.ts'
import { ruleCount } from '../../template/rule-tree.ts'
import { defineNode, finish } from '../define-node.ts'
import { field } from '../fields.ts'

const OTHERWISE = { name: 'default', label: 'Otherwise' }

/** Goes the way of the first case that fits. */
export const switchNode = defineNode({
  type: 'logic.switch',
  version: 1,
  category: 'logic',
  title: 'Switch',
  description: 'Goes one of several ways: the first case whose rules are true, or "otherwise".',
  icon: 'signpost',
  effect: 'pure',
  ports: ({ cases }) => ({
    inputs: [{ name: 'in', label: '' }],
    outputs: [...(cases ?? []).map(({ port, name }) => ({ name: port, label: name })), OTHERWISE],
  }),
  config: z.object({
    cases: field.cases({ label: 'Cases', required: true }).default([]),
  }),
  output: z.object({ matched: z.string().nullable() }),
  sample: { matched: 'New customer' },
  check({ cases = [] }) {
    const issue = (detail: string, hint: string) => ({
      ...{ code: 'switch.bad_case', field: 'cases', title: 'A case is not complete', detail, hint },
    })
    const seen = new Set<string>()
    return cases.flatMap(({ name, port, when }) => {
      const twice = seen.has(port)
      seen.add(port)
      if (twice)
        return [issue(`Two cases share the port of "${name}".`, 'Remove one and add it again.')]
      if (ruleCount(when) === 0)
        return [issue(`The case "${name}" has no rules.`, 'Add a rule to it.')]
      return []
    })
  },
  run({ cases }, { workspace, now }) {
    const clock = { timeZone: workspace.timeZone, now: Date.parse(now) }
    const match = cases.find(({ when }) => evaluate(when, clock))
    return finish({ matched: match?.name ?? null }, match?.port ?? OTHERWISE.name)
  },
})
