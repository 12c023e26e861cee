import { z } from 'zod'
import { defineNode, NO_INPUT } from '../define-node.ts'

/** The kind of trigger that a failed execution starts, if its workflow names an error workflow. */
export const FAILURE = 'trigger.failure'

const output = z.object({
  workflow: z.object({ id: z.string(), name: z.string() }),
  execution: z.object({ id: z.string(), started_at: z.string() }),
  error: z.object({
    code: z.string(),
    title: z.string(),
    detail: z.string(),
    hint: z.string(),
  }),
  step: z.object({ key: z.string(), title: z.string() }),
  trigger: z.unknown(),
})

const sample = {
  workflow: { id: '0198c0de-0000-7000-8000-000000000001', name: 'New orders' },
  execution: {
    id: '0198c0de-0000-7000-8000-000000000002',
    started_at: '2026-11-23T09:00:00.000Z',
  },
  error: {
    code: 'http.refused',
    title: 'The other side refused',
    detail: 'It answered with status 401.',
    hint: 'Look at the credentials of the step.',
  },
  step: { key: 'fetch_orders', title: 'Fetch the orders' },
  trigger: { body: { order: 17 } },
} satisfies z.infer<typeof output>

/** Starts when an execution of another workflow fails that has this one as its error workflow. */
export const failureTrigger = defineNode({
  type: FAILURE,
  version: 1,
  category: 'triggers',
  title: 'When a workflow fails',
  description:
    'Starts when another workflow fails that names this one in its settings, for example to tell somebody.',
  icon: 'siren',
  effect: 'pure',
  ports: () => NO_INPUT,
  config: z.object({}),
  output,
  sample,
  run(_config, { trigger }) {
    // What failures hand on has this shape; a test run by hand may lack parts, which the sample stands in for.
    const given = typeof trigger === 'object' && trigger !== null ? trigger : {}
    return { ...sample, ...given }
  },
})
