import { createHash } from 'node:crypto'
import type { WorkflowId } from '../../../src/lib/engine/ids.ts'
import type { Queries } from '../_shared/database/pool.ts'
import { environment } from '../_shared/environment.ts'
import { Refused } from '../_shared/http/answers.ts'
import { limitOn, takeAll } from '../_shared/limits/limits.ts'
import type {
  Caller,
  Deed,
  SeenExecution,
  SeenVersion,
  Span,
  ToldExecution,
  ToldTrigger,
  ToldWorkflow,
} from './caller.ts'
import type { Role } from './membership.ts'
import { storedText } from '../_shared/store/stored-text.ts'
import { refusalOf } from './refusal-of.ts'

interface KeyRow {
  id: string
  workspace_id: string
  user_id: string
  role: Role
  scopes: string[]
}

const KEY = /^weft_[0-9a-f]{64}$/

/** What is kept from the key's person (their role may have changed since they made it) is kept from the key. */
const shownTo = (person: string, column: string): string =>
  `${column} <> all (private.workflows_hidden_from(${person}))`

const TOLD =
  'id, workspace_id, workflow_id, version_id, status, mode, error, created_at, finished_at'

/** A program with an API key: acts for the person who made it, within one workspace and the key's scopes. */
export class KeyHolder implements Caller {
  readonly id: string
  readonly #workspace: string
  readonly scopes: readonly string[]
  readonly doer: string
  readonly actor: string
  readonly #role: Role
  readonly #queries: Queries

  private constructor(row: KeyRow, queries: Queries) {
    this.id = row.user_id
    this.#workspace = row.workspace_id
    this.scopes = row.scopes
    this.doer = row.id
    this.actor = `api_key:${row.id}`
    this.#role = row.role
    this.#queries = queries
  }

  /**
   * Throws Refused (401) for a key that is unknown, revoked or expired, or whose person has left, and Refused (429) when
   * more was asked with it, or with all keys of its workspace, than may be.
   */
  static async of(secret: string, queries: Queries): Promise<KeyHolder> {
    if (!KEY.test(secret)) throw wrongKey()
    // Found by its hash: how long that takes says nothing about the key.
    const hash = createHash('sha256').update(secret).digest()
    const [row] = await queries.query<KeyRow>(`select * from private.use_api_key($1)`, [hash])
    if (row === undefined) throw wrongKey()
    await requireRoom(row, queries)
    return new KeyHolder(row, queries)
  }

  roleIn(workspace: string): Promise<Role | undefined> {
    return Promise.resolve(workspace === this.#workspace ? this.#role : undefined)
  }

  async version(workflow: WorkflowId, version: string): Promise<SeenVersion | undefined> {
    const [row] = await this.#queries.query<SeenVersion>(
      `select v.workspace_id, v.kind
       from public.workflow_versions v
       join public.workflows w on w.id = v.workflow_id and w.deleted_at is null
       where v.id = $1 and v.workflow_id = $2 and v.workspace_id = $3
         and ${shownTo('$4', 'v.workflow_id')}`,
      [version, workflow, this.#workspace, this.id],
    )
    return row
  }

  executions(ids: readonly string[]): Promise<SeenExecution[]> {
    return this.#queries.query<SeenExecution>(
      `select id, workspace_id from public.executions
       where id = any ($1::uuid[]) and workspace_id = $2 and ${shownTo('$3', 'workflow_id')}`,
      [ids, this.#workspace, this.id],
    )
  }

  executionsOf({ workflow, status, from, to, limit }: Span): Promise<SeenExecution[]> {
    return this.#queries.query<SeenExecution>(
      `select id, workspace_id
       from public.executions
       where workflow_id = $1 and status = $2::public.execution_status and workspace_id = $3
         and created_at >= $4 and created_at < $5 and ${shownTo('$7', 'workflow_id')}
       order by id
       limit $6`,
      [workflow, status, this.#workspace, from, to, limit, this.id],
    )
  }

  async execution(id: string): Promise<ToldExecution | undefined> {
    const [row] = await this.#queries.query<ToldExecution & Record<string, unknown>>(
      `select ${TOLD} from public.executions
       where id = $1 and workspace_id = $2 and ${shownTo('$3', 'workflow_id')}`,
      [id, this.#workspace, this.id],
    )
    return row
  }

  async workflows(): Promise<{ workflows: ToldWorkflow[]; triggers: ToldTrigger[] }> {
    const [workflows, triggers] = await Promise.all([
      this.#queries.query<ToldWorkflow & Record<string, unknown>>(
        `select id, name, live_version_id from public.workflows
         where workspace_id = $1 and deleted_at is null and ${shownTo('$2', 'id')} order by name, id`,
        [this.#workspace, this.id],
      ),
      this.#queries.query<ToldTrigger & Record<string, unknown>>(
        `select workflow_id, node_id, kind from public.triggers
         where workspace_id = $1 and ${shownTo('$2', 'workflow_id')}`,
        [this.#workspace, this.id],
      ),
    ])
    return { workflows, triggers }
  }

  async call<Result>(name: Deed, values: Record<string, unknown>): Promise<Result> {
    const subject = values['p_execution'] ?? values['p_workflow']
    try {
      const [row] = await this.#queries.query<{ said: string | null }>(
        `select private.call_as_api_key($1, $2, $3, $4, $5) as said`,
        [this.doer, name, subject, values['p_node'] ?? null, storedText(values)],
      )
      return row?.said as Result // by the function's definition
    } catch (problem) {
      throw refusalOf(problem) ?? problem
    }
  }
}

/** Each request counts, whatever comes of it. */
async function requireRoom({ id, workspace_id: workspace }: KeyRow, queries: Queries) {
  const { apiRates } = environment()
  const wait = await takeAll([
    limitOn({ key: `key ${id}`, workspace, perMinute: apiRates.key }, queries),
    limitOn({ key: `keys of ${workspace}`, workspace, perMinute: apiRates.workspace }, queries),
  ])
  if (wait > 0) throw tooMany(wait)
}

const tooMany = (againInSeconds: number) =>
  new Refused({
    status: 429,
    code: 'api.too_many',
    title: 'Too many requests',
    detail:
      'More was asked with this key, or with all keys of its workspace, than may be in a minute.',
    hint: `Ask again in ${againInSeconds} seconds.`,
    headers: { 'retry-after': String(againInSeconds) },
  })

const wrongKey = () =>
  new Refused({
    status: 401,
    code: 'api.wrong_key',
    title: 'This API key is not valid',
    detail: 'It is unknown, revoked or expired, or the person who made it has left the workspace.',
    hint: 'Make a new key in the settings of the workspace.',
  })
