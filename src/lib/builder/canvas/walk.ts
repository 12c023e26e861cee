export type Direction = 'left' | 'right' | 'up' | 'down'

interface Box {
  id: string
  x: number
  y: number
  width: number
  height: number
}

/**
 * The step that an arrow key leads to: along the lines to the left and right, otherwise the nearest that lies that way.
 * Walking beats moving: it's how the drawing is read without a mouse.
 */
export function walkFrom(
  id: string,
  direction: Direction,
  boxes: readonly Box[],
  edges: readonly { source: string; target: string }[],
): string | null {
  const here = boxes.find((box) => box.id === id)
  if (!here) return null
  if (direction === 'right' || direction === 'left') {
    const along = edges.flatMap(({ source, target }) => {
      if (direction === 'right') return source === id ? [target] : []
      return target === id ? [source] : []
    })
    const connected = nearest(
      here,
      boxes.filter((box) => along.includes(box.id)),
    )
    if (connected) return connected.id
  }
  const that = boxes.filter((box) => box.id !== id && lies(here, box, direction))
  return nearest(here, that)?.id ?? null
}

const middle = (box: Box): { x: number; y: number } => ({
  x: box.x + box.width / 2,
  y: box.y + box.height / 2,
})

/** Whether a box lies in a direction, rather than more to the side. */
function lies(from: Box, to: Box, direction: Direction): boolean {
  const [a, b] = [middle(from), middle(to)]
  const [right, down] = [b.x - a.x, b.y - a.y]
  const ahead = { left: -right, right, up: -down, down }[direction]
  const aside = direction === 'left' || direction === 'right' ? Math.abs(down) : Math.abs(right)
  return ahead > 0 && ahead * 2 >= aside
}

function nearest(from: Box, boxes: readonly Box[]): Box | undefined {
  const a = middle(from)
  const far = (box: Box): number => Math.hypot(middle(box).x - a.x, middle(box).y - a.y)
  return boxes.toSorted((one, other) => far(one) - far(other))[0]
}
