import { z } from 'zod'
import { defineNode, NO_OUTPUT } from '../define-node.ts'

/** Ends the loop that it's in: this item is the last one. What arrived is the item's result. */
export const breakLoop = defineNode({
  type: 'logic.break',
  version: 1,
  category: 'logic',
  title: 'Stop the loop',
  description:
    'Ends the loop that it is in: no further item begins, and the workflow goes on after the loop.',
  icon: 'log-out',
  effect: 'pure',
  endsLoop: true,
  ports: () => NO_OUTPUT,
  config: z.object({}),
  output: z.unknown(),
  sample: null,
  run: (_config, { arrived }) => arrived[0]?.output ?? null,
})
