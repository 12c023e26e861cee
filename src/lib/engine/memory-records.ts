import type { DataObject } from './data.ts'
import { StepFailure } from './errors.ts'
import type { Clock, RecordData, RecordService } from './services.ts'
import { evaluate } from './template/conditions.ts'
import { filledIn } from './template/field-rules.ts'

/** A workspace's records in memory, for tests, simulation and previews. Ids count up, so that runs repeat exactly. */
export class MemoryRecords implements RecordService {
  readonly #clock: Pick<Clock, 'now'>
  #rows = new Map<string, RecordData>()
  /** What a transaction started from, to tell what it changed. */
  #base = new Map<string, RecordData>()
  /** Shared by all transactions, as a database's sequence is: what is rolled back leaves a gap. */
  readonly #sequence: { made: number }

  constructor(clock: Pick<Clock, 'now'>, sequence = { made: 0 }) {
    this.#clock = clock
    this.#sequence = sequence
  }

  /** All records, oldest first. */
  all(): RecordData[] {
    return [...this.#rows.values()]
  }

  /** What a transaction works on. */
  copy(): MemoryRecords {
    const copy = new MemoryRecords(this.#clock, this.#sequence)
    copy.#rows = new Map(this.#rows)
    copy.#base = new Map(this.#rows)
    return copy
  }

  /** Whether a transaction changed what others have changed meanwhile: it has to be done again on what is there now. */
  collidesWith(copy: MemoryRecords): boolean {
    const isTheirs = (id: string): boolean => copy.#base.get(id) !== copy.#rows.get(id)
    return [...new Set([...copy.#base.keys(), ...copy.#rows.keys()])].some(
      (id) => isTheirs(id) && this.#rows.get(id) !== copy.#base.get(id),
    )
  }

  /** Commits a transaction's changes; what it left alone stays as others have it by now. */
  take(copy: MemoryRecords): void {
    for (const [id, row] of copy.#rows) if (copy.#base.get(id) !== row) this.#rows.set(id, row)
    for (const id of copy.#base.keys()) if (!copy.#rows.has(id)) this.#rows.delete(id)
  }

  async create(pipeline: string, data: DataObject): Promise<RecordData> {
    this.#sequence.made += 1
    const id = `00000000-0000-4000-8000-${String(this.#sequence.made).padStart(12, '0')}`
    const now = new Date(this.#clock.now()).toISOString()
    const record = { id, pipeline, data: structuredClone(data), created_at: now, updated_at: now }
    this.#rows.set(id, record)
    return structuredClone(record)
  }

  async update(
    id: string,
    changes: DataObject,
  ): Promise<{ record: RecordData; changed: string[] }> {
    const before = this.#get(id)
    const changed = Object.keys(changes).filter(
      (field) => JSON.stringify(before.data[field]) !== JSON.stringify(changes[field]),
    )
    const record = {
      ...before,
      data: { ...before.data, ...structuredClone(changes) },
      updated_at: new Date(this.#clock.now()).toISOString(),
    }
    this.#rows.set(id, record)
    return { record: structuredClone(record), changed }
  }

  async find(
    pipeline: string,
    query: Parameters<RecordService['find']>[1],
  ): Promise<{ records: RecordData[]; total: number }> {
    const calendar = { timeZone: 'UTC', now: this.#clock.now() }
    const found = this.all().filter(
      (record) =>
        record.pipeline === pipeline &&
        (!query.where || evaluate(filledIn(query.where, record.data), calendar)),
    )
    const { sort } = query
    if (sort) {
      const value = (record: RecordData): string => JSON.stringify(record.data[sort.field] ?? null)
      found.sort(
        (a, b) =>
          value(a).localeCompare(value(b), 'en', { numeric: true }) * (sort.descending ? -1 : 1),
      )
    }
    return { records: structuredClone(found.slice(0, query.limit)), total: found.length }
  }

  async get(id: string): Promise<RecordData> {
    return structuredClone(this.#get(id))
  }

  async delete(id: string): Promise<RecordData> {
    const record = this.#get(id)
    this.#rows.delete(id)
    return structuredClone(record)
  }

  #get(id: string): RecordData {
    const record = this.#rows.get(id)
    if (record) return record
    throw new StepFailure({
      code: 'records.not_found',
      title: 'The record was not found',
      detail: 'It may have been deleted since an earlier step found it.',
      retryable: false,
    })
  }
}
