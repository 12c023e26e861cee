import { z } from 'zod'
import type { Data, DataObject } from '../../data.ts'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'

const isObject = (value: Data): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Waits for all branches that were taken, and puts what they bring together. */
export const merge = defineNode({
  type: 'logic.merge',
  version: 1,
  category: 'logic',
  title: 'Merge',
  description: 'Waits for all branches that lead here and combines what they bring.',
  icon: 'merge',
  effect: 'pure',
  config: z.object({
    strategy: field
      .select({ label: 'Combine' }, [
        { value: 'by_step', label: 'Keep each under the name of its step' },
        { value: 'fields', label: 'All fields together (later branches win)' },
        { value: 'list', label: 'One list of everything' },
        { value: 'first', label: 'Only the first branch that was taken' },
      ])
      .default('by_step'),
  }),
  output: z.object({ merged: z.unknown() }),
  sample: { merged: { find_contact: { count: 1 }, fetch_orders: { status: 200 } } },
  run({ strategy }, { arrived }): { merged: Data } {
    const outputs = arrived.map((arrival) => arrival.output)
    switch (strategy) {
      case 'by_step':
        return { merged: Object.fromEntries(arrived.map(({ key, output }) => [key, output])) }
      case 'fields':
        return { merged: Object.assign({}, ...outputs.filter(isObject)) as DataObject } // assign's type is any
      case 'list':
        return { merged: outputs.flat(1) }
      case 'first':
        return { merged: outputs[0] ?? null }
    }
  },
})
