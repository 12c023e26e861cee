import { AsyncLocalStorage } from 'node:async_hooks'
import { z } from 'zod'
import {
  createEngine,
  createRegistry,
  defineNode,
  field,
  registry,
  type NodeId,
  type RecordService,
  type VersionId,
  type WorkflowId,
  type WorkspaceId,
} from '../../src/lib/engine/index.ts'
import { Pool, type Queries } from '../../supabase/functions/_shared/database/pool.ts'
import { newExecutionId } from '../../supabase/functions/_shared/execution-id.ts'
import { systemClock } from '../../supabase/functions/_shared/services/clock.ts'
import { SafeHttp } from '../../supabase/functions/_shared/services/http/safe-http.ts'
import { SmtpMail } from '../../supabase/functions/_shared/services/mail/smtp-mail.ts'
import { PostgresStore } from '../../supabase/functions/_shared/store/postgres-store.ts'

// Runs executions of a workflow with a node that reaches for another workspace's data: in Deno, with the real engine,
// store and role, one execution for each thing that it tries. Prints the executions' ids by what was tried.

/** What the script is told. */
export interface Theft {
  /** As role weft_engine. */
  databaseUrl: string
  workspace: WorkspaceId
  workflow: WorkflowId
  /** One with the thief in it. */
  version: VersionId
  mine: Loot
  theirs: Loot
}

/** Things of a workspace. */
export interface Loot {
  workspace: string
  pipeline: string
  record: string
}

interface Hands {
  /** What steps get. */
  records: RecordService
  /** The step's bare connection, which they don't get: as if the services in between had a hole. */
  sql: Queries
  mine: Loot
  theirs: Loot
}

/** What is tried. */
const attempts: Record<string, (hands: Hands) => Promise<unknown>> = {
  'get its own record': ({ records, mine }) => records.get(mine.record),
  'get a record': ({ records, theirs }) => records.get(theirs.record),
  'change a record': ({ records, theirs }) => records.update(theirs.record, { amount: 4 }),
  'delete a record': ({ records, theirs }) => records.delete(theirs.record),
  'find records': ({ records, theirs }) => records.find(theirs.pipeline, { limit: 10 }),
  'create a record': ({ records, theirs }) => records.create(theirs.pipeline, { amount: 4 }),
  'insert with the bare connection': ({ sql, theirs }) =>
    sql.query(
      `insert into public.records (workspace_id, pipeline_id, data) values ($1, $2, '{"amount": 4}')`,
      [theirs.workspace, theirs.pipeline],
    ),
  'move its own record there': ({ sql, mine, theirs }) =>
    sql.query(`update public.records set workspace_id = $1 where id = $2`, [
      theirs.workspace,
      mine.record,
    ]),
  'read members': ({ sql }) => sql.query(`select * from public.members`),
  'read executions': ({ sql }) => sql.query(`select * from public.executions`),
  'read workflows': ({ sql }) => sql.query(`select * from public.workflows`),
  'read secrets': ({ sql }) => sql.query(`select * from private.webhook_secrets`),
  'read accounts': ({ sql }) => sql.query(`select * from auth.users`),
  'read jobs': ({ sql }) => sql.query(`select * from pgboss.job`),
  'read all records with the bare connection': ({ sql }) =>
    sql.query(`select workspace_id from public.records`),
  'read a pipeline with the bare connection': ({ sql, theirs }) =>
    sql.query(`select workspace_id from public.pipelines where id = $1`, [theirs.pipeline]),
  'change all records with the bare connection': ({ sql }) =>
    sql.query(`update public.records set data = '{}' returning workspace_id`),
}

/** Hands a step's connection to whatever the step does. */
class LeakingPool extends Pool {
  readonly leaked = new AsyncLocalStorage<Queries>()

  override transaction<T>(begin: string, work: (queries: Queries) => Promise<T>): Promise<T> {
    return super.transaction(begin, (queries) => this.leaked.run(queries, () => work(queries)))
  }
}

const config = z.object({ attempt: field.template({ label: 'What to try' }) })

async function steal({ databaseUrl, workspace, workflow, version, mine, theirs }: Theft) {
  const pool = new LeakingPool(databaseUrl, 8)
  const store = new PostgresStore(databaseUrl, pool)
  const thief = defineNode({
    type: 'data.thief',
    version: 1,
    category: 'data',
    title: 'Thief',
    description: 'Tries what no step may do.',
    icon: 'ghost',
    effect: 'transactional',
    config,
    output: z.object({ loot: z.unknown() }),
    sample: { loot: null },
    async run({ attempt }, { records }) {
      const sql = pool.leaked.getStore()
      if (sql === undefined) throw new Error('the step has no transaction')
      return { loot: await attempts[attempt]?.({ records, sql, mine, theirs }) }
    },
  })
  const engine = createEngine({
    store,
    services: { clock: systemClock, http: new SafeHttp([]), mail: new SmtpMail('', '') },
    registry: createRegistry([...registry.all, thief]),
    owner: 'thief',
  })
  const tried = async (attempt: string): Promise<[string, string]> => {
    const id = newExecutionId()
    const { claimed } = await engine.accept({
      ...{ id, workspace, workflow, version, triggerNode: 'webhook' as NodeId },
      ...{ triggerKind: 'trigger.webhook', triggerData: { attempt }, mode: 'test' },
      onlyIfLive: false,
    })
    if (claimed === null) throw new Error('the execution was not accepted')
    await engine.run(claimed)
    return [attempt, id]
  }
  const executions = await Promise.all(Object.keys(attempts).map(tried))
  await store.close()
  await pool.close()
  return Object.fromEntries(executions)
}

if (import.meta.main) {
  const told: Theft = JSON.parse(process.argv[2] ?? '{}') // the test's own
  console.log(JSON.stringify(await steal(told)))
}
