/**
 * Rows that come from two sides: fetched in bulk and told one by one. What was told while a fetch was on its way is
 * newer than what the fetch brings; everything else the fetch knows better.
 */
export class Merger<Row> {
  #rows = new Map<string, Row>()
  #toldDuring = new Map<string, number>()
  #fetches = 0
  readonly #keyOf: (row: Row) => string
  readonly #keep: (known: Row, told: Row) => Row

  /**
   * `keep` settles what stays of a known row and a told one; the told one, unless said otherwise.
   */
  constructor(
    keyOf: (row: Row) => string,
    keep: (known: Row, told: Row) => Row = (_, told) => told,
  ) {
    this.#keyOf = keyOf
    this.#keep = keep
  }

  /** All rows, in no particular order. */
  get rows(): Row[] {
    return [...this.#rows.values()]
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key)
  }

  /** A row that was told. */
  tell(row: Row): void {
    const key = this.#keyOf(row)
    const known = this.#rows.get(key)
    this.#rows.set(key, known === undefined ? row : this.#keep(known, row))
    this.#toldDuring.set(key, this.#fetches)
  }

  /** Forgets a row. */
  drop(key: string): void {
    this.#rows.delete(key)
    this.#toldDuring.set(key, this.#fetches)
  }

  /**
   * Call before a fetch; call what it returns with the rows that came. With `all`, known rows that didn't come are
   * forgotten: they're gone, or don't belong here any more.
   */
  fetching(): (rows: readonly Row[], options?: { all?: boolean }) => void {
    this.#fetches += 1
    const started = this.#fetches
    const isOlder = (key: string) => (this.#toldDuring.get(key) ?? -1) < started
    return (rows, { all = false } = {}) => {
      const came = new Set(rows.map(this.#keyOf))
      if (all) {
        for (const key of this.#rows.keys()) {
          if (!came.has(key) && isOlder(key)) this.#rows.delete(key)
        }
      }
      for (const row of rows) {
        const key = this.#keyOf(row)
        if (isOlder(key)) this.#rows.set(key, row)
      }
    }
  }

  /** Starts anew, e.g. when the question behind the rows has changed. */
  clear(): void {
    this.#rows.clear()
    this.#toldDuring.clear()
  }
}
