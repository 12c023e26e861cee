import type { Node, Position } from '@xyflow/svelte'
import type { Ports } from '#lib/engine/index.ts'

/**
 * The measures of a step's card; StepNode.svelte draws it by the same. Knowing them, lines can be drawn and a view be
 * chosen without putting every step of a large drawing on the page first, just to measure it.
 */
export const CARD = { width: 232, head: 64, port: 26, rim: 1, above: 2, below: 6, note: 28 }

/** Half of the dot at a port, by which it sticks out of the card. */
const DOT = 11

type Handles = NonNullable<Node['handles']>
type Handle = Handles[number]

/** How high the card of a step is, and where its ports are. */
export function cardOf(
  ports: Ports | undefined,
  hasNote: boolean,
): { height: number; handles: Handles } {
  const { width, head, port, rim, above, below } = CARD
  const outputs = ports?.outputs ?? []
  const isSingle = outputs.length === 1 && outputs[0]?.label === ''
  const rows = isSingle ? 0 : outputs.length
  const list = rows === 0 ? 0 : rim + above + rows * port + below
  const row = (index: number): number => rim + head + rim + above + index * port + port / 2
  const middle = rim + head / 2
  return {
    height: rim * 2 + head + list + (hasNote ? CARD.note : 0),
    handles: [
      ...(ports?.inputs ?? []).map(({ name }) => dot('target', name, { x: rim, y: middle })),
      ...outputs.map(({ name }, index) =>
        dot('source', name, { x: width - rim, y: isSingle ? middle : row(index) }),
      ),
    ],
  }
}

const dot = (type: 'source' | 'target', id: string, middle: { x: number; y: number }): Handle => ({
  id,
  type,
  // The values of Svelte Flow's enum; importing that would load all of Svelte Flow where nothing is drawn.
  position: (type === 'source' ? 'right' : 'left') as Position,
  x: middle.x - DOT / 2,
  y: middle.y - DOT / 2,
  width: DOT,
  height: DOT,
})
