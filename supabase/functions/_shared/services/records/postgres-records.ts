import type { Data, DataObject } from '../../../../../src/lib/engine/data.ts'
import type { WorkspaceId } from '../../../../../src/lib/engine/ids.ts'
import type { RecordData, RecordService } from '../../../../../src/lib/engine/services.ts'
import type { RuleTree } from '../../../../../src/lib/engine/template/rules.ts'
import { storedText } from '../../store/stored-text.ts'
import type { Queries } from '../../database/pool.ts'
import { Conditions } from './conditions.ts'
import type { Field, Shape } from './fields.ts'
import { Parameters } from './parameters.ts'
import { explained, recordNotFound, unknownPipeline, withRights, type Asked } from './problems.ts'
import { fittingValues } from './values.ts'

interface RecordRow {
  id: string
  pipeline_id: string
  data: DataObject
  created_at: Date
  updated_at: Date
}

interface ShapeRow {
  fields: Field[]
  time_zone: string | null
}

/** As many as the step's form allows. */
const MAX_FOUND = 1000

const COLUMNS = 'r.id, r.pipeline_id, r.data, r.created_at, r.updated_at'

/** The fields of the pipeline that is named here, and the zone that the transaction's beginning left for us. */
const shapeOf = (pipeline: string): string => `
  nullif(current_setting('weft.time_zone', true), '') as time_zone,
  coalesce(
    (select jsonb_agg(jsonb_build_object('key', f.key, 'title', f.title, 'type', f.type) order by f.position, f.key)
     from public.pipeline_fields f
     where f.pipeline_id = ${pipeline}),
    '[]') as fields`

/**
 * Records, inside a transactional step's transaction: the connection acts as weft_node with the workspace set, so
 * row-level security keeps it within the workspace. What doesn't fit the pipeline's fields is refused by the database.
 */
export class PostgresRecords implements RecordService {
  readonly #queries: Queries
  readonly #workspace: WorkspaceId

  constructor(queries: Queries, workspace: WorkspaceId) {
    this.#queries = withRights(queries)
    this.#workspace = workspace
  }

  async get(record: string): Promise<RecordData> {
    const [row] = isUuid(record)
      ? await this.#queries.query<RecordRow>(
          `select ${COLUMNS} from public.records r where r.id = $1 and r.deleted_at is null for share of r`,
          [record],
        )
      : []
    if (row === undefined) throw recordNotFound(record)
    return recordData(row)
  }

  async create(pipeline: string, data: DataObject): Promise<RecordData> {
    const values = filledOnly(fittingValues(data, await this.#shape(pipeline), 'values'))
    const [row] = await this.#run(
      // Nobody made it: without a value, created_by would be the person who is signed in.
      `insert into public.records as r (workspace_id, pipeline_id, data, created_by)
       values ($1, $2, $3::jsonb, null)
       returning ${COLUMNS}`,
      () => [this.#workspace, pipeline, storedText(values)],
      'values',
    )
    if (row === undefined) throw new Error('an inserted record came back empty')
    return recordData(row)
  }

  async update(
    record: string,
    changes: DataObject,
  ): Promise<{ record: RecordData; changed: string[] }> {
    const { before, shape } = await this.#locked(record)
    const values = fittingValues(changes, shape, 'changes')
    const changed = Object.keys(values).filter((key) => !isSame(before.data[key], values[key]))
    if (changed.length === 0) return { record: recordData(before), changed }
    const [row] = await this.#run(
      `update public.records r set data = $2::jsonb where r.id = $1 returning ${COLUMNS}`,
      () => [record, storedText(filledOnly({ ...before.data, ...values }))],
      'changes',
    )
    if (row === undefined) throw recordNotFound(record)
    return { record: recordData(row), changed }
  }

  async find(
    pipeline: string,
    query: { where?: RuleTree; sort?: { field: string; descending: boolean }; limit: number },
  ): Promise<{ records: RecordData[]; total: number }> {
    const { fields, timeZone } = await this.#shape(pipeline)
    const parameters = new Parameters([pipeline])
    const conditions = new Conditions(fields, { timeZone, now: Date.now() }, parameters)
    const where = query.where === undefined ? 'true' : conditions.where(query.where)
    const { sort } = query
    const order =
      sort === undefined
        ? ''
        : `${conditions.sortBy(sort.field)} ${sort.descending ? 'desc' : 'asc'} nulls last, `
    const limit = Math.max(1, Math.min(MAX_FOUND, Math.trunc(query.limit)))
    const rows = await this.#run<RecordRow & { total: string }>(
      `select ${COLUMNS}, count(*) over () as total
       from public.records r
       where r.pipeline_id = $1
         and r.deleted_at is null
         and ${where}
       order by ${order}r.created_at desc, r.id
       limit ${limit}`,
      () => parameters.values,
      'where',
    )
    return { records: rows.map(recordData), total: Number(rows[0]?.total ?? 0) }
  }

  async delete(record: string): Promise<RecordData> {
    const [row] = isUuid(record)
      ? await this.#queries.query<RecordRow>(
          `update public.records r set deleted_at = now()
           where r.id = $1 and r.deleted_at is null
           returning ${COLUMNS}`,
          [record],
        )
      : []
    if (row === undefined) throw recordNotFound(record)
    return recordData(row)
  }

  /** The record, held until the transaction ends, so that two steps that change it do so one after the other. */
  async #locked(record: string): Promise<{ before: RecordRow; shape: Shape }> {
    const [row] = isUuid(record)
      ? await this.#queries.query<RecordRow & ShapeRow>(
          `select ${COLUMNS}, ${shapeOf('r.pipeline_id')}
           from public.records r
           where r.id = $1 and r.deleted_at is null
           for update of r`,
          [record],
        )
      : []
    if (row === undefined) throw recordNotFound(record)
    return { before: row, shape: shape(row) }
  }

  /** The shape of a pipeline of this workspace. */
  async #shape(pipeline: string): Promise<Shape> {
    const [row] = isUuid(pipeline)
      ? await this.#queries.query<ShapeRow>(
          `select ${shapeOf('p.id')} from public.pipelines p where p.id = $1`,
          [pipeline],
        )
      : []
    if (row === undefined) throw unknownPipeline()
    return shape(row)
  }

  async #run<Row extends RecordRow>(
    sql: string,
    values: () => unknown[],
    asked: Asked,
  ): Promise<Row[]> {
    try {
      return await this.#queries.query<Row>(sql, values())
    } catch (problem) {
      throw explained(problem, asked)
    }
  }
}

const shape = ({ fields, time_zone }: ShapeRow): Shape => ({ fields, timeZone: time_zone ?? 'UTC' })

const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)

const isSame = (before: Data | undefined, after: Data | undefined): boolean =>
  JSON.stringify(before ?? null) === JSON.stringify(after ?? null)

/** A field is filled or it isn't there. */
const filledOnly = (data: DataObject): DataObject =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))

const recordData = (row: RecordRow): RecordData => ({
  id: row.id,
  pipeline: row.pipeline_id,
  data: row.data,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})
