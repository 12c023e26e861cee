import { z } from 'zod'
import { defineNode, NO_INPUT } from '../define-node.ts'

/** Starts when somebody presses Run; hands on what they typed in. */
export const manualTrigger = defineNode({
  type: 'trigger.manual',
  version: 1,
  category: 'triggers',
  title: 'Run by hand',
  description:
    'Starts when somebody presses Run. Whatever they fill in is there for the later steps.',
  icon: 'mouse-pointer-click',
  effect: 'pure',
  ports: () => NO_INPUT,
  config: z.object({}),
  output: z.record(z.string(), z.unknown()),
  sample: { name: 'Ada Lovelace', email: 'ada@example.org' },
  run(_config, { trigger }) {
    return typeof trigger === 'object' && trigger !== null && !Array.isArray(trigger)
      ? trigger
      : { value: trigger }
  },
})
