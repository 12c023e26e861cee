import { drawing, set, type Box } from '../lib/drawing.ts'

/** As a new "manual start" is drawn. */
const start: Box = { id: 'start', type: 'trigger.manual' }

const step = (id: string): Box =>
  set(id, { greeting: 'Hello {{ steps.start.name }}, this is a step', amount: 17 })

/** So many steps in rows of ten, one after the other, as a tidy drawing has them. */
export function wideDrawing(steps: number): unknown {
  const boxes = [start, ...Array.from({ length: steps - 1 }, (_, n) => step(`step_${n + 1}`))]
  const made = drawing(boxes, [boxes.map(({ id }) => id).join(' -> ')]) as {
    nodes: { position: { x: number; y: number } }[]
  }
  made.nodes.forEach((node, n) => {
    node.position = { x: (n % 10) * 320, y: Math.floor(n / 10) * 160 }
  })
  return made
}

/** A few steps that use what starts them. */
export const shortDrawing = (): unknown =>
  drawing([start, step('first'), step('second')], ['start -> first -> second'])

/** A call that takes its time, then so many, each of which is recorded by a commit of its own. */
export function callingDrawing(url: string, calls: number): unknown {
  const boxes = Array.from({ length: calls }, (_, n) => ({
    id: `call_${n + 1}`,
    type: 'http.request',
    config: { method: 'POST', url },
  }))
  return drawing([start, ...boxes], [['start', ...boxes.map(({ id }) => id)].join(' -> ')])
}
