/** Collects the values of a statement. They are only ever sent as parameters, never written into it. */
export class Parameters {
  readonly values: unknown[]
  readonly #texts = new Map<string, string>()

  /** `first`: the values that the statement has already. */
  constructor(first: unknown[]) {
    this.values = [...first]
  }

  /** The place of a text, e.g. `$3::text`; the same for the same text. Postgres wants every place to be used. */
  text(value: string): string {
    const place = this.#texts.get(value) ?? `${this.#place(storable(value))}::text`
    this.#texts.set(value, place)
    return place
  }

  texts(values: string[]): string {
    return `${this.#place(values.map(storable))}::text[]`
  }

  number(value: number): string {
    return `${this.#place(String(value))}::numeric`
  }

  numbers(values: number[]): string {
    return `${this.#place(values.map(String))}::numeric[]`
  }

  /** Milliseconds since 1970. */
  moment(at: number): string {
    return `${this.#place(new Date(at).toISOString())}::timestamptz`
  }

  #place(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

/** Postgres' texts have no NUL. */
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD')
