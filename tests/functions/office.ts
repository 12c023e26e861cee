import { Client } from 'pg'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'
import type { Stack, StackOptions } from '../../local/stack.ts'

/** An execution's row with its steps in order, as the superuser sees them. */
export interface Seen {
  id: string
  status: string
  error: { code: string } | null
  trigger_data: unknown
  mode: string
  version_id: string
  replay_of: string | null
  lease_number: number
  steps: {
    node_id: string
    status: string
    attempt: number
    superseded: boolean
    output: unknown
  }[]
}

const OVER = ['succeeded', 'failed', 'cancelled', 'timed_out']

/** What an answer of the functions looks like to a test. */
export interface Answered {
  status: number
  headers: Headers
  /** The body as data, or as text where it isn't any. */
  body: Record<string, unknown>
  text: string
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text()
  const data: unknown = /^[[{]/.test(text) ? JSON.parse(text) : {}
  return {
    status: response.status,
    headers: response.headers,
    body: data as Answered['body'],
    text,
  }
}

let people = 0

/** A real stack with a signed-in person who owns a workspace: does what the app would do for them. */
export class Office {
  readonly stack: Stack
  readonly db: Client
  readonly person: TestPerson
  readonly workspace: string

  private constructor(stack: Stack, db: Client, person: TestPerson, workspace: string) {
    this.stack = stack
    this.db = db
    this.person = person
    this.workspace = workspace
  }

  static async open(options: Partial<StackOptions> = {}): Promise<Office> {
    const stack = await startTestStack(options)
    const db = await Office.connect(stack)
    return await Office.in(stack, db)
  }

  /** Another person with a workspace of their own, in the same stack. */
  async neighbour(): Promise<Office> {
    return await Office.in(this.stack, this.db)
  }

  private static async in(stack: Stack, db: Client): Promise<Office> {
    const person = await signUp(stack, `person${++people}@example.org`)
    const { id } = await createWorkspace(person)
    return new Office(stack, db, person, id)
  }

  private static async connect(stack: Stack): Promise<Client> {
    const db = new Client({ connectionString: stack.databaseUrl })
    // Tests that kill Postgres make a new one.
    db.on('error', () => undefined)
    await db.connect()
    return db
  }

  /** The same office after Postgres was gone. */
  async reconnected(): Promise<Office> {
    return new Office(this.stack, await Office.connect(this.stack), this.person, this.workspace)
  }

  async close(): Promise<void> {
    await this.db.end()
    await this.stack.stop()
  }

  async rpc<T>(name: string, values: Record<string, unknown>): Promise<T> {
    const { data, error } = await this.person.client.rpc(name, values)
    if (error) throw new Error(`${name}: ${error.message}`)
    return data as T
  }

  async workflow(): Promise<string> {
    const { data, error } = await this.person.client
      .from('workflows')
      .insert({ workspace_id: this.workspace, name: 'Test' })
      .select('id')
      .single()
    if (error) throw error
    return (data as { id: string }).id
  }

  /** Puts a definition live. Answers with its version. */
  async publish(workflow: string, definition: unknown): Promise<string> {
    const version = await this.rpc<{ id: string }>('publish_version', {
      p_workflow: workflow,
      p_definition: definition,
    })
    return version.id
  }

  /** A new workflow with this definition, live. */
  async live(definition: unknown): Promise<{ workflow: string; version: string }> {
    const workflow = await this.workflow()
    return { workflow, version: await this.publish(workflow, definition) }
  }

  /** A live workflow that starts with the webhook `hook`, and its address. */
  async liveWebhook(
    definition: unknown,
  ): Promise<{ workflow: string; version: string; url: string }> {
    const made = await this.live(definition)
    return { ...made, url: await this.address(made.workflow) }
  }

  /** The address of a workflow's webhook, at Deno itself. */
  async address(workflow: string): Promise<string> {
    const token = await this.rpc<string>('ensure_webhook_endpoint', {
      p_workflow: workflow,
      p_node: 'hook',
    })
    return `${this.stack.functionsUrl}/webhook/${token}`
  }

  /** A pipeline with one text field `name`. */
  async pipeline(): Promise<string> {
    const { rows } = await this.db.query<{ id: string }>(
      `insert into public.pipelines (workspace_id, name) values ($1, 'People') returning id`,
      [this.workspace],
    )
    const id = rows[0]?.id ?? ''
    await this.db.query(
      `insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type) values ($1, $2, 'name', 'Name', 'text')`,
      [this.workspace, id],
    )
    return id
  }

  async send(url: string, body: unknown = {}, init: RequestInit = {}): Promise<Answered> {
    return await answered(
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...init,
      }),
    )
  }

  /** Asks the api as the office's person, through the gateway, as the app does. */
  async ask(path: string, body: unknown = {}, method = 'POST'): Promise<Answered> {
    return await answered(
      await fetch(`${this.stack.apiUrl}/functions/v1/api/${path}`, {
        method,
        headers: {
          apikey: this.stack.anonKey,
          authorization: `Bearer ${this.person.accessToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      }),
    )
  }

  async seen(execution: unknown): Promise<Seen> {
    const { rows } = await this.db.query<Seen>(
      `select e.id, e.status, e.error, e.trigger_data, e.mode, e.version_id, e.replay_of, e.lease_number,
              coalesce(
                (select jsonb_agg(jsonb_build_object('node_id', s.node_id, 'status', s.status, 'attempt', s.attempt,
                                                     'superseded', s.superseded, 'output', s.output) order by s.seq)
                 from public.execution_steps s where s.execution_id = e.id), '[]') as steps
       from public.executions e where e.id = $1`,
      [execution],
    )
    const [row] = rows
    if (row === undefined) throw new Error(`there is no execution ${String(execution)}`)
    return row
  }

  /** Waits until an execution is over (or in one of these states). */
  async until(execution: unknown, states: string[] = OVER, withinMs = 30_000): Promise<Seen> {
    const late = Date.now() + withinMs
    for (;;) {
      const seen = await this.seen(execution)
      if (states.includes(seen.status)) return seen
      if (Date.now() > late)
        throw new Error(`still ${seen.status} after ${withinMs} ms: ${JSON.stringify(seen)}`)
      await new Promise((done) => setTimeout(done, 30))
    }
  }

  async count(sql: string, values: unknown[] = []): Promise<number> {
    const { rows } = await this.db.query<{ count: number }>(
      `select count(*)::integer as count from ${sql}`,
      values,
    )
    return rows[0]?.count ?? -1
  }

  /** How many executions a workflow has. */
  async executions(workflow: string): Promise<number> {
    return await this.count('public.executions where workflow_id = $1', [workflow])
  }
}
