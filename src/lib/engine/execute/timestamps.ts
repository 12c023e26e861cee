/** Moments as ISO 8601. Steps come many to a millisecond, and writing one out costs as much as a small step. */
export class Timestamps {
  #at = NaN
  #text = ''

  of(at: number): string {
    if (at !== this.#at) {
      this.#at = at
      this.#text = new Date(at).toISOString()
    }
    return this.#text
  }
}
