import { environment } from '../_shared/environment.ts'
import type { WorkflowId } from '../../../src/lib/engine/ids.ts'
import { Refused } from '../_shared/http/answers.ts'
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
import { refusalOf } from './refusal-of.ts'

/** What the REST API says when it refuses. */
interface RestProblem {
  code?: string
  message?: string
}

/** So many ids fit into the address of a request. */
const AT_ONCE = 100

/** A signed-in person. Everything they ask of the database goes through REST as themselves, under row-level security. */
export class Person implements Caller {
  readonly id: string
  readonly doer: string
  readonly actor: string
  readonly scopes = null
  readonly #headers: Record<string, string>

  private constructor(id: string, headers: Record<string, string>) {
    this.id = id
    this.doer = id
    this.actor = id
    this.#headers = headers
  }

  /** The person behind a request's access token, as Supabase Auth knows them. Throws Refused (401). */
  static async of(request: Request): Promise<Person> {
    const { supabaseUrl, anonKey } = environment()
    const authorization = request.headers.get('authorization') ?? ''
    const headers = { apikey: anonKey, authorization }
    if (!/^Bearer \S+$/i.test(authorization)) throw signIn()
    const response = await fetch(`${supabaseUrl}/auth/v1/user`, { headers })
    const user = (await response.json()) as { id?: unknown }
    if (!response.ok || typeof user.id !== 'string') throw signIn()
    return new Person(user.id, headers)
  }

  async roleIn(workspace: string): Promise<Role | undefined> {
    const [member] = await this.select<{ role: Role }>(
      'members',
      `select=role&workspace_id=eq.${workspace}&user_id=eq.${this.id}`,
    )
    return member?.role
  }

  async version(workflow: WorkflowId, version: string): Promise<SeenVersion | undefined> {
    const [[row], [there]] = await Promise.all([
      this.select<SeenVersion>(
        'workflow_versions',
        `select=workspace_id,kind&id=eq.${version}&workflow_id=eq.${workflow}`,
      ),
      this.select('workflows', `select=id&id=eq.${workflow}&deleted_at=is.null`),
    ])
    return there === undefined ? undefined : row
  }

  async executions(ids: readonly string[]): Promise<SeenExecution[]> {
    const seen: SeenExecution[] = []
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE).join(',')
      const query = `select=id,workspace_id&id=in.(${some})`
      seen.push(...(await this.select<SeenExecution>('executions', query)))
    }
    return seen
  }

  async executionsOf({ workflow, status, from, to, limit }: Span): Promise<SeenExecution[]> {
    return await this.select<SeenExecution>(
      'executions',
      `select=id,workspace_id&workflow_id=eq.${workflow}&status=eq.${status}` +
        `&created_at=gte.${encodeURIComponent(from)}&created_at=lt.${encodeURIComponent(to)}` +
        `&order=id.asc&limit=${limit}`,
    )
  }

  async execution(id: string): Promise<ToldExecution | undefined> {
    const [row] = await this.select<ToldExecution>(
      'executions',
      `select=id,workspace_id,workflow_id,version_id,status,mode,error,created_at,finished_at&id=eq.${id}`,
    )
    return row
  }

  async workflows(
    workspace: string,
  ): Promise<{ workflows: ToldWorkflow[]; triggers: ToldTrigger[] }> {
    const [workflows, triggers] = await Promise.all([
      this.select<ToldWorkflow>(
        'workflows',
        `select=id,name,live_version_id&workspace_id=eq.${workspace}&deleted_at=is.null&order=name.asc,id.asc`,
      ),
      this.select<ToldTrigger>(
        'triggers',
        `select=workflow_id,node_id,kind&workspace_id=eq.${workspace}`,
      ),
    ])
    return { workflows, triggers }
  }

  /** Calls a database function as this person. */
  async call<Result>(
    name: Deed | 'invite_member' | 'save_test_version',
    values: Record<string, unknown>,
  ): Promise<Result> {
    return await this.#ask<Result>('POST', `rpc/${name}`, values)
  }

  /** Rows that this person may see. `query` is PostgREST's, with its values already encoded. */
  async select<Row>(table: string, query: string): Promise<Row[]> {
    return await this.#ask<Row[]>('GET', `${table}?${query}`)
  }

  async #ask<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const { supabaseUrl } = environment()
    const response = await fetch(`${supabaseUrl}/rest/v1/${path}`, {
      method,
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await response.text()
    const said: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) throw problemOf(response.status, said as RestProblem) // REST errors have this shape
    return said as Result // by the table's or function's definition
  }
}

const signIn = () =>
  new Refused({
    status: 401,
    code: 'api.sign_in',
    title: 'Sign in first',
    detail: 'The request carries no valid access token.',
    hint: 'Sign in again and repeat it.',
  })

function problemOf(status: number, problem: RestProblem): Error {
  const refusal = refusalOf(problem)
  if (refusal !== undefined) return refusal
  return status === 401 ? signIn() : new Error(`REST answered ${status}: ${problem.message ?? ''}`)
}
