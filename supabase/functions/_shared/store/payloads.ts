import { createHash } from 'node:crypto'
import type { Data } from '../../../../src/lib/engine/data.ts'
import type { Connection } from '../database/connection.ts'

/** Values longer than this, as text, are stored beside their row, once for each execution. */
const LARGE = 8 * 1024

/** No marker is longer. */
const LONGEST_MARKER = 120

/** 132 bits of SHA-256: different values of one execution never meet. */
const KEY = /^[\w-]{22}$/

/**
 * Where a write puts the values that are too large for their rows. Most writes have none: then this is one comparison a
 * value. Data that looks like a marker is stored as if it were large, so that nobody can mistake it for one.
 */
export class Payloads {
  readonly #execution: string
  readonly #workspace: string | undefined
  readonly #texts = new Map<string, string>()

  /** `workspace`: where the execution isn't there to tell. */
  constructor(execution: string, workspace?: string) {
    this.#execution = execution
    this.#workspace = workspace
  }

  /** A value's text as its row holds it: itself, or what stands for it. */
  inRow(text: string): string {
    if (text.length <= LARGE && !looksLikeMarker(text)) return text
    const key = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    this.#texts.set(key, text)
    return `{"weft:payload":"${key}","size":${text.length}}`
  }

  /** What was put aside, as elements of private.store_payloads' parameter. */
  get rows(): string[] {
    if (this.#texts.size === 0) return []
    const whose = this.#workspace === undefined ? '' : `,"workspace_id":"${this.#workspace}"`
    return Array.from(
      this.#texts,
      ([key, text]) =>
        `{"execution_id":"${this.#execution}"${whose},"key":"${key}","value":${text}}`,
    )
  }
}

const looksLikeMarker = (text: string): boolean =>
  text.length <= LONGEST_MARKER && text.startsWith('{') && text.includes('"weft:payload"')

/** The key in what a row holds instead of a large value; null for a value that is itself. */
function payloadKey(value: Data): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const key = value['weft:payload']
  return typeof key === 'string' && KEY.test(key) && 'size' in value ? key : null
}

// By primary key, and only for the executions that have any.
const PAYLOADS = `
select execution_id, key, value
from public.execution_payloads
where execution_id = any ($1::uuid[])
  and key = any ($2::text[])`

/** Something read from the database, one of whose values may be stored beside its row. */
type Holder<Name extends string> = { [name in Name]: Data }

/** The values among what was read that are stored beside their rows, to be put back together. */
export class LargeValues {
  readonly #missing: { execution: string; key: string; put(value: Data): void }[] = []

  /** Remembers a value if it's still to be fetched. */
  note<Name extends string>(execution: string, holder: Holder<Name>, name: Name): void {
    const key = payloadKey(holder[name])
    if (key !== null) this.#missing.push({ execution, key, put: (value) => (holder[name] = value) })
  }

  /** Puts them where they belong. */
  async load(connection: Connection): Promise<void> {
    if (this.#missing.length === 0) return
    const distinct = (values: string[]) => [...new Set(values)]
    const rows = await connection.query<{ execution_id: string; key: string; value: Data }>(
      PAYLOADS,
      [
        distinct(this.#missing.map(({ execution }) => execution)),
        distinct(this.#missing.map(({ key }) => key)),
      ],
    )
    const found = new Map(rows.map((row) => [`${row.execution_id} ${row.key}`, row]))
    for (const { execution, key, put } of this.#missing) {
      const row = found.get(`${execution} ${key}`)
      // What names nothing that is there is what it looks like: data.
      if (row !== undefined) put(row.value)
    }
  }
}
