/** A rectangle on the screen. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
}

const GAP = 14
const RIM = 12

/** Where the card stands beside what it points at: on the first side that has room for it, and within the screen. */
export function placeCard(
  target: Box | null,
  card: { width: number; height: number },
  screen: { width: number; height: number },
): { x: number; y: number } {
  if (target === null) {
    return {
      x: (screen.width - card.width) / 2,
      y: screen.height - card.height - RIM * 4,
    }
  }
  // What belongs to a thing is mostly beside it: below or above it covers less of that.
  const rooms = [
    { side: 'below', room: screen.height - target.y - target.height - card.height },
    { side: 'above', room: target.y - card.height },
    { side: 'left', room: target.x - card.width },
    { side: 'right', room: screen.width - target.x - target.width - card.width },
  ] as const
  const { side } = rooms.find(({ room }) => room > GAP + RIM) ?? { side: 'over' as const }
  const middle = {
    x: target.x + target.width / 2 - card.width / 2,
    y: target.y + target.height / 2 - card.height / 2,
  }
  const wanted = {
    right: { x: target.x + target.width + GAP, y: middle.y },
    left: { x: target.x - card.width - GAP, y: middle.y },
    below: { x: middle.x, y: target.y + target.height + GAP },
    above: { x: middle.x, y: target.y - card.height - GAP },
    over: { x: middle.x, y: target.y + target.height - card.height - GAP },
  }[side]
  return {
    x: within(wanted.x, RIM, screen.width - card.width - RIM),
    y: within(wanted.y, RIM, screen.height - card.height - RIM),
  }
}

const within = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, value))
