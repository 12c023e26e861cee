/** Lets groups take turns: the first of each, then the second of each, and so on. Within a group the order stays. */
export function interleaved<Item>(
  items: readonly Item[],
  groupOf: (item: Item) => string,
): readonly Item[] {
  const groups = [...Map.groupBy(items, groupOf).values()]
  if (groups.length < 2) return items
  const longest = Math.max(...groups.map((group) => group.length))
  const order: Item[] = []
  for (let turn = 0; turn < longest; turn++) {
    for (const group of groups) {
      const item = group[turn]
      if (item !== undefined) order.push(item)
    }
  }
  return order
}
