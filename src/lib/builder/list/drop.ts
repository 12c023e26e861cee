/**
 * The place of the list that is nearest to a point: among those at about the same height the one whose indentation fits.
 * Places within what is being dragged are no places.
 */
export function dropPlace(
  root: HTMLElement,
  x: number,
  y: number,
  block: ReadonlySet<string>,
): string | null {
  let best: { place: string; far: number } | null = null
  for (const element of root.querySelectorAll<HTMLElement>('[data-place]')) {
    const box = element.getBoundingClientRect()
    const down = Math.abs((box.top + box.bottom) / 2 - y)
    if (down > 60 || block.has(element.dataset['of'] ?? '')) continue
    // Left of where a branch begins, one means what's around it.
    const aside = Math.max(0, box.left - x) / 3
    const far = down + aside
    if (!best || far < best.far) best = { place: element.dataset['place'] ?? '', far }
  }
  return best?.place ?? null
}
