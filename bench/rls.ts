import { Client } from 'pg'
import { startTestStack } from '../local/testing.ts'
import { percentile, rounded } from './lib/latency.ts'
import { fillWorkspaces, type FilledWorkspace } from './lib/many-workspaces.ts'
import { numberOption } from './lib/options.ts'
import { progress, report } from './lib/report.ts'

const EXECUTIONS = numberOption('executions', 1_000_000)
const WORKSPACES = 200
const DAYS = 8
/** A round is one workspace's, asked by both sides in turn: a bad moment of the machine falls on both. */
const ROUNDS = numberOption('rounds', 300)
const REPETITIONS = 10

// As the app asks (src/lib/executions/queries.ts).
const COLUMNS = `id, workspace_id, workflow_id, version_id, trigger_node, trigger_kind, mode, status, wake_at,
  cancel_requested_at, paused_at, error, replay_of, started_by, created_at, finished_at`
const QUERIES = {
  list: `${COLUMNS} from public.executions where workspace_id = $1 order by id desc limit 50`,
  read: `${COLUMNS} from public.executions where id = $1`,
}
type Kind = keyof typeof QUERIES
const KINDS: Kind[] = ['list', 'read']

/** The same query run again and again within the server: what it takes without the way there and back. */
const timedInside = (kind: Kind): string => `
  create function bench.${kind}(p_ids uuid[]) returns double precision[]
  language plpgsql as $$
  declare
    v_id uuid;
    v_from timestamptz;
    v_took double precision[] := '{}';
  begin
    foreach v_id in array p_ids loop
      v_from := clock_timestamp();
      perform ${QUERIES[kind].replace('$1', 'v_id')};
      v_took := v_took || extract(epoch from clock_timestamp() - v_from)::double precision * 1000;
    end loop;
    return v_took;
  end
  $$;
  grant execute on function bench.${kind}(uuid[]) to authenticated;`

/** One way of asking, on a connection of its own: as a person under row-level security, or with all rights. */
class Side {
  took: Record<Kind, number[]> = { list: [], read: [] }
  tookInside: Record<Kind, number[]> = { list: [], read: [] }
  readonly #db: Client

  private constructor(db: Client) {
    this.#db = db
  }

  static async open(url: string): Promise<Side> {
    const db = new Client({ connectionString: url })
    await db.connect()
    return new Side(db)
  }

  /** From now on this side is a signed-in person. */
  async become(person: string): Promise<void> {
    await this.#db.query(
      `select set_config('request.jwt.claims', $1, false), set_config('role', 'authenticated', false)`,
      [JSON.stringify({ sub: person, role: 'authenticated' })],
    )
  }

  async ask(kind: Kind, ids: string[]): Promise<void> {
    for (const id of ids) {
      const from = performance.now()
      // Named: prepared once per connection, as PostgREST does.
      await this.#db.query({ name: kind, text: `select ${QUERIES[kind]}`, values: [id] })
      this.took[kind].push(performance.now() - from)
    }
    const { rows } = await this.#db.query<{ took: number[] }>(
      `select bench.${kind}($1::uuid[]) as took`,
      [ids],
    )
    this.tookInside[kind].push(...(rows[0]?.took ?? []))
  }

  forget(): void {
    this.took = { list: [], read: [] }
    this.tookInside = { list: [], read: [] }
  }

  close(): Promise<void> {
    return this.#db.end()
  }
}

const idsFor = (kind: Kind, workspace: FilledWorkspace, round: number): string[] =>
  Array.from({ length: REPETITIONS }, (_, n) =>
    kind === 'list'
      ? workspace.id
      : (workspace.executions[(round + n * 7) % workspace.executions.length] ?? ''),
  )

async function compare(person: Side, without: Side, workspaces: FilledWorkspace[], rounds: number) {
  for (let round = 0; round < rounds; round++) {
    const workspace = workspaces[round % workspaces.length]
    if (workspace === undefined) throw new Error('there are no workspaces')
    await person.become(workspace.person)
    const turns = round % 2 === 0 ? [person, without] : [without, person]
    for (const kind of KINDS)
      for (const side of turns) await side.ask(kind, idsFor(kind, workspace, round))
  }
}

/** Medians of both sides and how they compare. */
function figures(name: string, person: number[], without: number[]): Record<string, number> {
  const [with_, none] = [percentile(person, 0.5), percentile(without, 0.5)]
  return {
    [`${name}_ms`]: rounded(with_, 3),
    [`${name}_without_ms`]: rounded(none, 3),
    [`${name}_ratio`]: rounded(with_ / none),
  }
}

const stack = await startTestStack({ functions: false, worker: 0 })
try {
  const db = new Client({ connectionString: stack.databaseUrl })
  await db.connect()
  progress(`filling ${EXECUTIONS} executions of ${WORKSPACES} workspaces into ${DAYS} days`)
  const startedAt = performance.now()
  const workspaces = await fillWorkspaces(db, WORKSPACES, EXECUTIONS, DAYS)
  const fillSeconds = (performance.now() - startedAt) / 1000
  await db.query('create schema bench')
  await db.query('grant usage on schema bench to authenticated')
  for (const kind of KINDS) await db.query(timedInside(kind))
  await db.end()

  const person = await Side.open(stack.databaseUrl)
  const without = await Side.open(stack.databaseUrl)
  progress('warming up')
  await compare(person, without, workspaces, WORKSPACES)
  person.forget()
  without.forget()
  progress('measuring')
  await compare(person, without, workspaces, ROUNDS)
  report('rls', {
    executions: EXECUTIONS,
    workspaces: WORKSPACES,
    fill_s: rounded(fillSeconds, 0),
    // As the asker sees it: one prepared statement, there and back.
    ...figures('list', person.took.list, without.took.list),
    ...figures('read', person.took.read, without.took.read),
    // Within the server alone, where a policy's look-up weighs more: it's as much work as reading one row.
    ...figures('list_inside', person.tookInside.list, without.tookInside.list),
    ...figures('read_inside', person.tookInside.read, without.tookInside.read),
  })
  await person.close()
  await without.close()
} finally {
  await stack.stop()
}
