import type { Branch, Item, Outline } from './outline.ts'

/** Somewhere in the list where a step can go. It names what is there, so it still holds after others' changes. */
export type Place =
  /** Right behind a port: takes over all that the port leads to. */
  | { readonly kind: 'after'; readonly node: string; readonly port: string }
  /** At the beginning of one of several ways that start together. */
  | { readonly kind: 'into'; readonly edge: string }
  /** Before a join: takes over all lines that come together there. */
  | { readonly kind: 'before'; readonly node: string }
  /** Behind a step and all its ways: they come together there. */
  | { readonly kind: 'behind'; readonly node: string }
  /** One more way from a port, at the same time as those it has. */
  | { readonly kind: 'beside'; readonly node: string; readonly port: string }
  /** Connected to nothing. */
  | { readonly kind: 'loose' }

/** A place as one reads past it: below so many rows. */
export interface Slot {
  readonly place: Place
  readonly below: number
  readonly level: number
  /** The branch it lies in; null at the top level. */
  readonly branch: Item['branch']
  /** The step right above it at its level; null at the beginning of a branch. */
  readonly above: Item | null
}

/** Says the same place in the same way. */
export const placeKey = (place: Place): string => Object.values(place).join(' ')

/** All places of a list from top to bottom, but for `beside` and `loose`, which are nowhere in between. */
export function slotsOf({ main, loose }: Outline): Slot[] {
  const slots: Slot[] = []
  let below = 0
  const list = (items: readonly Item[], branch: Item['branch'], level: number): void => {
    items.forEach((item, index) => {
      below += 1
      const [sides, ways] = [true, false].map((isSide) =>
        item.branches.filter(({ kind }) => (kind === 'side') === isSide),
      )
      ways?.forEach(branchSlots)
      if (sides && sides.length > 0 && item.main) {
        const place = { kind: 'after' as const, node: item.id, port: item.main.port }
        slots.push({ place, below, level, branch, above: item })
        sides.forEach(branchSlots)
      }
      for (const place of placesBelow(item, items[index + 1]))
        slots.push({ place, below, level, branch, above: item })
    })
  }
  const branchSlots = (one: Branch): void => {
    const branch = { key: one.key, node: one.node, label: one.label }
    const level = (one.items[0]?.level ?? one.sides[0]?.items[0]?.level ?? 0) || 1
    const place: Place | null =
      one.side === null
        ? { kind: 'after', node: one.node, port: one.port }
        : one.edge && { kind: 'into', edge: one.edge.id }
    if (place) slots.push({ place, below, level, branch, above: null })
    one.sides.forEach(branchSlots)
    list(one.items, branch, level)
  }
  list(main, null, 0)
  list(loose, null, 0)
  return slots
}

/** The places between a step (with all that's indented below it) and the next one at its level. */
export function placesBelow(item: Item, next: Item | undefined): Place[] {
  const places: Place[] = []
  // Several ways that start together at a step have places of their own, above each.
  const isSplit = item.branches.some(({ kind }) => kind === 'side')
  if (item.main && !isSplit) places.push({ kind: 'after', node: item.id, port: item.main.port })
  else if (!item.main && item.branches.length > 0 && (next?.joins ?? 0) < 2)
    places.push({ kind: 'behind', node: item.id })
  if (next && next.joins > 1) places.push({ kind: 'before', node: next.id })
  return places
}
