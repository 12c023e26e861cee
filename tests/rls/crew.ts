import { Client } from 'pg'
import type { Stack, StackOptions } from '../../local/stack.ts'
import { createWorkspace, signUp, startTestStack, type TestPerson } from '../../local/testing.ts'
import type { Role } from './roles.ts'

/** A running system whose tests make workspaces with the people that they need, all of them really signed in. */
export class Crew {
  readonly stack: Stack
  readonly db: Client
  #people = 0

  private constructor(stack: Stack, db: Client) {
    this.stack = stack
    this.db = db
  }

  static async open(options: Partial<StackOptions> = {}): Promise<Crew> {
    const stack = await startTestStack({ functions: false, worker: 0, ...options })
    const db = new Client({ connectionString: stack.databaseUrl })
    await db.connect()
    return new Crew(stack, db)
  }

  async close(): Promise<void> {
    await this.db.end()
    await this.stack.stop()
  }

  /** Somebody new, who belongs to nothing yet. */
  person(): Promise<TestPerson> {
    return signUp(this.stack, `person${++this.#people}@example.org`)
  }

  /** A workspace with a member for each of these roles after its owner. */
  async workspace<Roles extends Role[]>(...roles: Roles) {
    const owner = await this.person()
    const { id } = await createWorkspace(owner, 'Crew')
    const members: TestPerson[] = []
    for (const role of roles) members.push(await this.join(id, role))
    return {
      id,
      owner,
      // One for each name.
      members: members as { [Index in keyof Roles]: TestPerson },
    }
  }

  /** Makes somebody a member, without asking anybody. */
  async join(workspace: string, role: Role, someone?: TestPerson): Promise<TestPerson> {
    const person = someone ?? (await this.person())
    await this.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)`,
      [workspace, person.id, role],
    )
    return person
  }

  /** What everybody in a workspace is, by their ids. */
  async roles(workspace: string): Promise<Record<string, Role>> {
    const { rows } = await this.db.query<{ user_id: string; role: Role }>(
      'select user_id, role from public.members where workspace_id = $1',
      [workspace],
    )
    return Object.fromEntries(rows.map(({ user_id, role }) => [user_id, role]))
  }

  /** What the audit log has of a workspace, oldest first. */
  async log(workspace: string): Promise<string[]> {
    const { rows } = await this.db.query<{ action: string }>(
      'select action from public.audit_entries where workspace_id = $1 order by id',
      [workspace],
    )
    return rows.map((row) => row.action)
  }

  /** A workflow of the workspace with a published version, made by somebody. */
  async workflow(workspace: string, by: TestPerson, name = 'Salaries'): Promise<string> {
    const { data, error } = await by.client
      .from('workflows')
      .insert({ workspace_id: workspace, name })
      .select('id')
      .single()
    if (error) throw error
    const workflow = (data as { id: string }).id
    await call(by, 'publish_version', {
      p_workflow: workflow,
      p_definition: {
        schema: 1,
        nodes: [{ id: 'hook', type: 'trigger.webhook', config: {} }],
        edges: [],
        settings: {},
      },
    })
    return workflow
  }

  /** An execution of a workflow, with a step. */
  async execution(workspace: string, workflow: string): Promise<string> {
    const { rows } = await this.db.query<{ id: string }>(
      `insert into public.executions
         (id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, trigger_data, status)
       select overlay(gen_random_uuid()::text placing left(private.uuid_v7_floor(now())::text, 14) from 1)::uuid,
              $1, id, latest_version_id, 'hook', 'trigger.webhook', '{}', 'waiting'
       from public.workflows where id = $2
       returning id`,
      [workspace, workflow],
    )
    const execution = rows[0]?.id ?? ''
    await this.db.query(
      `insert into public.execution_steps (execution_id, workspace_id, node_id, attempt, seq, status, started_at)
       values ($1, $2, 'hook', 1, 1, 'succeeded', now())`,
      [execution, workspace],
    )
    return execution
  }
}

/** Calls a function of the database as somebody, through the API. Throws what it says no with. */
export async function call<Result>(
  person: TestPerson,
  name: string,
  values: Record<string, unknown>,
): Promise<Result> {
  const { data, error } = await person.client.rpc(name, values)
  if (error) throw new Error(error.message, { cause: error.code })
  return data as Result // by the function's definition
}
