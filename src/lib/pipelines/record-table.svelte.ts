import type { SupabaseClient } from '@supabase/supabase-js'
import { sentenceFor, type DatabaseProblem } from '#lib/access/problems.ts'
import { listen, type LiveState } from '#lib/live/topic.ts'
import { binRecord, changeValue, type Outcome } from './changes.ts'
import { listFields, listRecords, pageSize } from './queries.ts'
import type { Field, Pipeline, PipelineRecord, Sort, Value } from './rows.ts'

/** A busy workflow adds many records a second; once a second is often enough to look. */
const refetchGap = 1_000

/** One page of a pipeline's records as the table shows it, kept up to date with what others and workflows do. */
export class RecordTable {
  fields = $state.raw<readonly Field[]>([])
  records = $state.raw<readonly PipelineRecord[]>([])
  total = $state(0)
  page = $state(0)
  sort = $state.raw<Sort>({ by: 'created', direction: 'down' })
  search = $state('')
  live = $state<LiveState>('connecting')
  busy = $state(false)
  problem = $state<string>()
  /** Records that somebody else changed a moment ago. */
  touched = $state.raw<readonly string[]>([])

  readonly pipeline: Pipeline
  readonly #supabase: SupabaseClient
  #question = 0
  #lastFetch = 0
  #later: ReturnType<typeof setTimeout> | undefined

  constructor(
    supabase: SupabaseClient,
    pipeline: Pipeline,
    initial: { fields: readonly Field[]; records: readonly PipelineRecord[]; total: number },
  ) {
    this.#supabase = supabase
    this.pipeline = pipeline
    this.fields = initial.fields
    this.records = initial.records
    this.total = initial.total
  }

  /** How many pages there are. */
  get pages(): number {
    return Math.max(1, Math.ceil(this.total / pageSize))
  }

  /** Begins to listen; the answer ends it. */
  start(): () => void {
    const stop = listen(this.#supabase, `pipeline:${this.pipeline.id}`, {
      heard: (event, row) => {
        // The database sends the row as it is in its table.
        if (event === 'record') this.heard(row as unknown as PipelineRecord)
      },
      joined: () => void this.refetch(),
      state: (state) => (this.live = state),
    })
    return () => {
      stop()
      clearTimeout(this.#later)
    }
  }

  /** Fetches this page once more, with `fields` those as well. */
  async refetch(withFields = false): Promise<void> {
    this.#question += 1
    const question = this.#question
    this.#lastFetch = Date.now()
    this.busy = true
    try {
      const { sort, search, page } = this
      const fields = withFields ? await listFields(this.#supabase, this.pipeline.id) : this.fields
      const found = await listRecords(this.#supabase, this.pipeline.id, fields, {
        sort,
        search,
        page,
      })
      if (question !== this.#question) return
      this.fields = fields
      this.records = found.records.map((record) => this.#newer(record))
      this.total = found.total
      this.problem = undefined
      // The last record of the last page is gone.
      if (this.page > 0 && found.records.length === 0) await this.show({ page: this.pages - 1 })
    } catch (error) {
      if (question === this.#question) this.problem = sentenceFor(error as DatabaseProblem)
    } finally {
      if (question === this.#question) this.busy = false
    }
  }

  /** Asks for another page, order or search; a new order or search begins at the first page. */
  async show(asked: { page?: number; sort?: Sort; search?: string }): Promise<void> {
    this.page = asked.page ?? 0
    if (asked.sort) this.sort = asked.sort
    if (asked.search !== undefined) this.search = asked.search
    await this.refetch()
  }

  /** What clicking a column's head does: up, down, and back to the newest first. */
  async sortBy(field: string): Promise<void> {
    const { by, direction } = this.sort
    const isThis = typeof by === 'object' && by.field === field
    const next: Sort =
      isThis && direction === 'down'
        ? { by: 'created', direction: 'down' }
        : { by: { field }, direction: isThis ? 'down' : 'up' }
    await this.show({ sort: next })
  }

  /** How the table is sorted by a field now. */
  sortedBy(field: string): 'up' | 'down' | undefined {
    const { by, direction } = this.sort
    return typeof by === 'object' && by.field === field ? direction : undefined
  }

  /** Changes one value: shown at once, taken back when the database refuses it. */
  async change(record: PipelineRecord, field: Field, value: Value | undefined): Promise<Outcome> {
    const { [field.key]: _, ...others } = record.data
    this.#put({ ...record, data: value === undefined ? others : { ...others, [field.key]: value } })
    const answer = await changeValue(this.#supabase, record, field.key, value)
    if ('problem' in answer) {
      this.#put(record)
      return answer.problem
    }
    this.#put(answer.record)
    return undefined
  }

  /** Moves a record to the bin. */
  async remove(record: PipelineRecord): Promise<Outcome> {
    const problem = await binRecord(this.#supabase, record.id, true)
    if (problem === undefined) this.#drop(record.id)
    return problem
  }

  /** Takes a removal back. */
  async bringBack(record: PipelineRecord): Promise<Outcome> {
    const problem = await binRecord(this.#supabase, record.id, false)
    if (problem === undefined) await this.refetch()
    return problem
  }

  /** Somebody, or a workflow, added, changed or deleted a record. */
  heard(record: PipelineRecord): void {
    const known = this.records.find(({ id }) => id === record.id)
    if (record.deleted_at !== null) {
      if (known) this.#drop(record.id)
      this.#refetchSoon()
    } else if (known) {
      // What one wrote oneself comes back as well, and is known already.
      if (time(record) <= time(known)) return
      this.#put(record)
      this.#touch(record.id)
    } else {
      this.#touch(record.id)
      this.#refetchSoon()
    }
    const unknown = Object.keys(record.data).some(
      (key) => !this.fields.some((one) => one.key === key),
    )
    if (unknown) void this.refetch(true)
  }

  #refetchSoon(): void {
    clearTimeout(this.#later)
    const wait = Math.max(60, this.#lastFetch + refetchGap - Date.now())
    this.#later = setTimeout(() => void this.refetch(), wait)
  }

  #touch(id: string): void {
    this.touched = [...this.touched, id]
    setTimeout(() => {
      this.touched = this.touched.filter((one) => one !== id)
    }, 2_500)
  }

  /** What was told while a fetch was on its way is newer than what the fetch brings. */
  #newer(fetched: PipelineRecord): PipelineRecord {
    const known = this.records.find(({ id }) => id === fetched.id)
    return known && time(known) > time(fetched) ? known : fetched
  }

  #put(record: PipelineRecord): void {
    this.records = this.records.map((one) => (one.id === record.id ? record : one))
  }

  #drop(id: string): void {
    const left = this.records.filter((one) => one.id !== id)
    if (left.length < this.records.length) this.total -= 1
    this.records = left
  }
}

/** REST and Realtime write the same moment differently. */
function time(record: PipelineRecord): number {
  return Date.parse(record.updated_at)
}
