import type { Client } from 'pg'
import { row, setters, webhook } from './drawing.ts'

/** Somebody's workspace, in which benchmarks publish workflows. */
export interface BenchWorkspace {
  id: string
  person: string
}

/** A workflow that is live. */
export interface LiveWorkflow {
  workspace: string
  workflow: string
  version: string
  /** The end of its webhook's address. */
  token: string
}

async function first<Row>(db: Client, sql: string, values: unknown[]): Promise<Row> {
  const [row] = (await db.query(sql, values)).rows as Row[]
  if (row === undefined) throw new Error(`no row came back from: ${sql}`)
  return row
}

/** From now on this connection's statements are a signed-in person's, as the app's are. */
const actAs = (db: Client, person: string) =>
  db.query(`select set_config('request.jwt.claims', $1, false)`, [
    JSON.stringify({ sub: person, role: 'authenticated' }),
  ])

/** A new person with a workspace, made through the functions that the app calls. */
export async function openWorkspace(db: Client, name = 'Bench'): Promise<BenchWorkspace> {
  const { id: person } = await first<{ id: string }>(
    db,
    `insert into auth.users (id, email)
     values (gen_random_uuid(), gen_random_uuid() || '@example.org') returning id`,
    [],
  )
  await actAs(db, person)
  const { id } = await first<{ id: string }>(db, `select id from public.create_workspace($1)`, [
    name,
  ])
  return { id, person }
}

/** Puts a definition live as a new workflow of the workspace. */
export async function putLive(
  db: Client,
  workspace: BenchWorkspace,
  definition: unknown,
  name = 'Bench',
): Promise<Omit<LiveWorkflow, 'token'>> {
  await actAs(db, workspace.person)
  const { id: workflow } = await first<{ id: string }>(
    db,
    `insert into public.workflows (workspace_id, name) values ($1, $2) returning id`,
    [workspace.id, name],
  )
  const { id: version } = await first<{ id: string }>(
    db,
    `select id from public.publish_version($1, $2)`,
    [workflow, definition],
  )
  return { workspace: workspace.id, workflow, version }
}

/** The same for a workflow that starts with a webhook, which has to have the id "webhook". */
export async function publish(
  db: Client,
  workspace: BenchWorkspace,
  definition: unknown,
  name = 'Bench',
): Promise<LiveWorkflow> {
  const live = await putLive(db, workspace, definition, name)
  const { token } = await first<{ token: string }>(
    db,
    `select public.ensure_webhook_endpoint($1, 'webhook') as token`,
    [live.workflow],
  )
  return { ...live, token }
}

/** Publishes webhook -> so many set-variables nodes, in a workspace of its own. */
export async function publishBenchWorkflow(
  db: Client,
  length: number,
  respond: 'accepted' | 'result' = 'accepted',
): Promise<LiveWorkflow> {
  return await publish(db, await openWorkspace(db), row(webhook(respond), ...setters(length)))
}
