import type { DataObject } from '../../../../src/lib/engine/data.ts'
import type { WorkspaceId } from '../../../../src/lib/engine/ids.ts'
import type { RecordData, RecordService } from '../../../../src/lib/engine/services.ts'
import type { RuleTree } from '../../../../src/lib/engine/template/rules.ts'
import { codeOf } from '../database/outage.ts'
import type { Queries } from '../database/pool.ts'
import { StepFailure } from '../engine.ts'
import { storedText } from '../store/stored-text.ts'
import { RecordConditions, type Field } from './record-conditions.ts'

interface RecordRow {
  id: string
  pipeline_id: string
  data: DataObject
  created_at: Date
  updated_at: Date
}

const MAX_FOUND = 1000

const COLUMNS = 'r.id, r.pipeline_id, r.data, r.created_at, r.updated_at'

/**
 * Records, inside a transactional step's transaction: the connection acts as weft_node with the workspace set, so
 * row-level security keeps it within the workspace. What doesn't fit the pipeline's fields is refused by the database.
 */
export class PostgresRecords implements RecordService {
  readonly #queries: Queries
  readonly #workspace: WorkspaceId

  constructor(queries: Queries, workspace: WorkspaceId) {
    this.#queries = queries
    this.#workspace = workspace
  }

  async create(pipeline: string, data: DataObject): Promise<RecordData> {
    await this.#fieldsOf(pipeline)
    const [row] = await this.#run(
      `insert into public.records as r (workspace_id, pipeline_id, data)
       values ($1, $2, $3::jsonb)
       returning ${COLUMNS}`,
      [this.#workspace, pipeline, storedText(withoutEmpty(data))],
    )
    if (row === undefined) throw new Error('an inserted record came back empty')
    return recordData(row)
  }

  async update(
    record: string,
    changes: DataObject,
  ): Promise<{ record: RecordData; changed: string[] }> {
    const before = await this.#locked(record)
    const data = withoutEmpty({ ...before.data, ...changes })
    const changed = Object.keys(changes).filter(
      (key) => JSON.stringify(before.data[key] ?? null) !== JSON.stringify(data[key] ?? null),
    )
    if (changed.length === 0) return { record: recordData(before), changed }
    const [row] = await this.#run(
      `update public.records r set data = $2::jsonb where r.id = $1 returning ${COLUMNS}`,
      [record, storedText(data)],
    )
    if (row === undefined) throw noSuchRecord(record)
    return { record: recordData(row), changed }
  }

  async find(
    pipeline: string,
    query: { where?: RuleTree; sort?: { field: string; descending: boolean }; limit: number },
  ): Promise<{ records: RecordData[]; total: number }> {
    const { fields, timeZone } = await this.#fieldsOf(pipeline)
    const conditions = new RecordConditions(fields, timeZone, 2)
    const { sql, values } = query.where === undefined ? conditions.all : conditions.of(query.where)
    const { sort } = query
    const order =
      sort === undefined
        ? ''
        : `${conditions.sortBy(sort.field)} ${sort.descending ? 'desc' : 'asc'} nulls last, `
    const limit = Math.max(0, Math.min(MAX_FOUND, Math.trunc(query.limit)))
    const rows = await this.#run<RecordRow & { total: string }>(
      `select ${COLUMNS}, count(*) over () as total
       from public.records r
       where r.pipeline_id = $1
         and r.deleted_at is null
         and ${sql}
       order by ${order}r.created_at desc, r.id
       limit ${limit}`,
      [pipeline, ...values],
    )
    return { records: rows.map(recordData), total: Number(rows[0]?.total ?? 0) }
  }

  async delete(record: string): Promise<RecordData> {
    await this.#locked(record)
    const [row] = await this.#run(
      `update public.records r set deleted_at = now() where r.id = $1 returning ${COLUMNS}`,
      [record],
    )
    if (row === undefined) throw noSuchRecord(record)
    return recordData(row)
  }

  /** The record, held until the transaction ends, so that two steps that change it do so one after the other. */
  async #locked(record: string): Promise<RecordRow> {
    if (!isUuid(record)) throw noSuchRecord(record)
    const [row] = await this.#run(
      `select ${COLUMNS} from public.records r where r.id = $1 and r.deleted_at is null for update`,
      [record],
    )
    if (row === undefined) throw noSuchRecord(record)
    return row
  }

  /** The fields of a pipeline of this workspace, and the zone in which its days begin. */
  async #fieldsOf(pipeline: string): Promise<{ fields: Field[]; timeZone: string }> {
    const rows = isUuid(pipeline)
      ? await this.#queries.query<{ fields: Field[]; time_zone: string | null }>(
          `select nullif(current_setting('weft.time_zone', true), '') as time_zone,
                  coalesce(
                    (select jsonb_agg(jsonb_build_object('key', f.key, 'title', f.title, 'type', f.type))
                     from public.pipeline_fields f where f.pipeline_id = p.id), '[]') as fields
           from public.pipelines p
           where p.id = $1`,
          [pipeline],
        )
      : []
    const [row] = rows
    if (row === undefined) {
      throw new StepFailure({
        code: 'records.no_pipeline',
        title: 'This pipeline does not exist',
        detail: 'The pipeline that this step uses was deleted, or belongs to another workspace.',
        hint: 'Open the step and pick a pipeline.',
        retryable: false,
      })
    }
    return { fields: row.fields, timeZone: row.time_zone ?? 'UTC' }
  }

  async #run<Row extends RecordRow>(sql: string, values: unknown[]): Promise<Row[]> {
    try {
      return await this.#queries.query<Row>(sql, values)
    } catch (problem) {
      throw explained(problem)
    }
  }
}

const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)

/** An empty value is an absent one: a field is filled or it isn't. */
const withoutEmpty = (data: DataObject): DataObject =>
  Object.fromEntries(
    Object.entries(data).filter(([, value]) => value !== null && value !== undefined),
  )

const recordData = (row: RecordRow): RecordData => ({
  id: row.id,
  pipeline: row.pipeline_id,
  data: row.data,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

function noSuchRecord(record: string): StepFailure {
  return new StepFailure({
    code: 'records.not_found',
    title: 'This record does not exist',
    detail: `There is no record "${record.slice(0, 80)}" in this workspace; it may have been deleted.`,
    hint: 'Pick the record from an earlier step, and check that the step finds one.',
    retryable: false,
  })
}

/** The database's own sentences about values that don't fit a field are written for people: hand them on. */
function explained(problem: unknown): unknown {
  if (codeOf(problem) !== '23514' || !(problem instanceof Error)) return problem
  const column =
    'column' in problem && typeof problem.column === 'string' ? problem.column : undefined
  return new StepFailure({
    code: 'records.value_refused',
    title: 'This value does not fit the field',
    detail: problem.message,
    hint: 'Change the value in this step, or the field in the pipeline.',
    retryable: false,
    cause: problem,
    ...(column === undefined ? {} : { field: column }),
  })
}
