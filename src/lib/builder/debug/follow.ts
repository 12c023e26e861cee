/** Notices when a newer execution has come: ids carry their time. What was there at first isn't news. */
export class Newest {
  #known: string | undefined

  /** The execution that has just arrived at the top of the list, if one has. */
  arrived(ids: readonly string[], isLoaded: boolean): string | undefined {
    const newest = ids[0]
    const before = this.#known
    if (!isLoaded) return undefined
    this.#known = newest !== undefined && (before ?? '') < newest ? newest : (before ?? '')
    return before !== undefined && newest !== undefined && newest > before ? newest : undefined
  }
}
