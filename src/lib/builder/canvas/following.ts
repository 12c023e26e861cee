/** Where to look so that all of a part of the drawing is in sight, in the middle, and as large as may be. */
export function viewportFor(
  seen: { x: number; y: number; width: number; height: number },
  frame: { width: number; height: number },
): { x: number; y: number; zoom: number } {
  const zoom = Math.min(frame.width / seen.width, frame.height / seen.height)
  return {
    x: frame.width / 2 - (seen.x + seen.width / 2) * zoom,
    y: frame.height / 2 - (seen.y + seen.height / 2) * zoom,
    zoom,
  }
}
