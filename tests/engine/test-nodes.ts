import { z } from 'zod'
import {
  defineNode,
  field,
  type Data,
  type OnUncertain,
  type StepContext,
} from '#lib/engine/index.ts'

/** What an outside step of a test does; its answer is the step's output. */
export type Act = (name: string, context: StepContext) => Promise<Data> | Data

/** A step that acts on the outside, as the test says. */
export const callNode = (act: Act, onUncertain: OnUncertain = 'retry') =>
  defineNode({
    type: 'test.call',
    version: 1,
    category: 'web',
    title: 'Call',
    description: 'Does what the test says.',
    icon: 'phone',
    effect: 'external',
    onUncertain: () => onUncertain,
    config: z.object({ say: field.value({ label: 'Say' }).optional() }),
    output: z.object({ answer: z.unknown() }),
    sample: { answer: 1 },
    async run(_config, context) {
      return { answer: await act(context.node.key, context) }
    },
  })

/** A step that only computes, as the test says. */
export const pureNode = (compute: (name: string, context: StepContext) => Data) =>
  defineNode({
    type: 'test.pure',
    version: 1,
    category: 'data',
    title: 'Compute',
    description: 'Computes what the test says.',
    icon: 'calculator',
    effect: 'pure',
    config: z.object({ value: field.value({ label: 'Value' }).optional() }),
    output: z.object({ value: z.unknown() }),
    sample: { value: 1 },
    run: (_config, context) => ({ value: compute(context.node.key, context) }),
  })

/** `set('{{ … }}')`: a "Set variables" step with one variable, `value` unless named. */
export const set = (value: Data, name = 'value') => ({
  type: 'data.set_variables',
  config: { variables: [{ name, type: 'auto', value }] },
})

/** A condition on one comparison. */
export const when = (left: Data, op: string, right: Data) => ({
  type: 'logic.condition',
  config: { rules: { all: [{ left, op, right }] } },
})

/** A loop over what a template yields. */
export const each = (items: Data, config: { [key: string]: Data } = {}) => ({
  type: 'logic.for_each',
  config: { items, ...config },
})

/** A loop that repeats until one comparison holds. */
export const repeat = (
  left: Data,
  op: string,
  right: Data,
  config: { [key: string]: Data } = {},
) => ({
  type: 'logic.repeat',
  config: { until: { all: [{ left, op, right }] }, ...config },
})

/** A record with one field. */
export const create = (name: Data) => ({
  type: 'records.create',
  config: { pipeline: '00000000-0000-4000-8000-00000000000f', values: { name } },
})
