import { expect, test } from 'vitest'
import { callsOf } from '#lib/builder/debug/calls.ts'
import { Drawing } from '#lib/builder/debug/drawing.ts'
import { parseDefinition, registry } from '#lib/engine/index.ts'
import { failedOne } from '#lib/executions/relatives.ts'
import { executionId, step } from '../app/executions-source.ts'

const drawing = new Drawing(
  parseDefinition({
    schema: 1,
    nodes: [
      { id: 'call', type: 'logic.call_workflow' },
      { id: 'nap', type: 'logic.delay' },
    ].map(({ id, type }) => {
      const rest = { version: 1, title: id, config: {}, position: { x: 0, y: 0 } }
      return { id, key: id, type, ...rest }
    }),
    edges: [],
    settings: {},
  }),
  registry,
)
const call = (seq: number, status: 'waiting' | 'succeeded' | 'skipped') =>
  step('call', seq, { status })

test('an execution that calls nobody has no calls to look at', () => {
  const steps = [step('nap', 1), call(2, 'skipped')]
  expect(callsOf(steps, drawing)).toBe('')
})

test('its calls are looked at anew when one of them goes on', () => {
  const before = callsOf([call(1, 'waiting'), call(2, 'waiting')], drawing)
  const after = callsOf([call(1, 'succeeded'), call(2, 'waiting')], drawing)
  expect(before).toBe('waiting 2')
  expect(after).not.toBe(before)
})

test('an error workflow knows whose failure it deals with, unless somebody made the data up', () => {
  expect(failedOne({ execution: { id: executionId(7) } })).toBe(executionId(7))
  expect(failedOne({ execution: { id: 'mine' } })).toBeNull()
  expect(failedOne('nothing')).toBeNull()
})
