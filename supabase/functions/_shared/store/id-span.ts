/** The first and the last of some ids, at least one: by them Postgres sees which partitions a statement needs. */
export function span(ids: readonly string[]): [first: string, last: string] {
  let [first = ''] = ids
  let last = first
  for (const id of ids) {
    if (id < first) first = id
    if (id > last) last = id
  }
  return [first, last]
}
