import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import type { Stack } from '../../local/stack.ts'
import { startTestStack } from '../../local/testing.ts'
import { Chance } from '../lib/chance.ts'
import { openWorkspace, publish, putLive } from '../lib/workflow.ts'
import { count, findAll, watchRecords, type Counted } from './count.ts'
import { killAtRandom } from './killer.ts'
import { startOutside } from './outside.ts'
import { Senders } from './senders.ts'
import { calledKind, kinds, type Kind } from './workflows.ts'

/** How bad it should get. */
export interface ChaosOptions {
  kills: number
  /** Over which the kills are spread. */
  seconds: number
  seed: number
  connections: number
  /** How many webhooks are sent a second while all is well. */
  perSecond: number
  workers: number
  /** After the last kill, everything has to be over by then. */
  settleSeconds: number
  told?: (line: string) => void
}

/** The usual chaos; `npm run chaos` takes most of it from the command line. */
export const USUAL: ChaosOptions = {
  ...{ kills: 40, seconds: 100, seed: 1, connections: 10, perSecond: 150 },
  ...{ workers: 2, settleSeconds: 60 },
}

/** Postgres is killed, too: who asks it connects anew, and tries again for a while. */
async function asked<Answer>(stack: Stack, ask: (db: Client) => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const db = new Client({ connectionString: stack.databaseUrl })
    db.on('error', () => undefined)
    try {
      await db.connect()
      return await ask(db)
    } catch (problem) {
      if (attempt === 50) throw problem
      await pause(200)
    } finally {
      // Ending a connection that never was is no problem of ours.
      await db.end().catch(() => undefined)
    }
  }
}

const OPEN = `select count(*)::integer as open from public.executions
              where status in ('queued', 'running', 'waiting')`

async function settled(stack: Stack, until: number): Promise<void> {
  while (Date.now() < until) {
    const open = await asked(stack, async (db) => {
      const { rows } = await db.query<{ open: number }>(OPEN)
      return rows[0]?.open ?? 0
    })
    if (open === 0) return
    await pause(500)
  }
}

/** The mailbox forgets old mail, so it's read all the time. */
class MailWatch {
  readonly mails = new Map<string, Set<string>>()
  readonly #url: string
  readonly #timer: NodeJS.Timeout

  constructor(stack: Stack) {
    this.#url = `${stack.mailboxUrl}/api/messages`
    this.#timer = setInterval(() => void this.#read().catch(() => undefined), 2_000)
  }

  async stop(): Promise<Map<string, Set<string>>> {
    clearInterval(this.#timer)
    await this.#read()
    return this.mails
  }

  async #read(): Promise<void> {
    const answer = await fetch(this.#url)
    const { messages } = (await answer.json()) as {
      messages: { to: string[]; messageId: string }[]
    }
    for (const { to, messageId } of messages)
      for (const address of to) {
        const ids = this.mails.get(address) ?? new Set<string>()
        this.mails.set(address, ids.add(messageId))
      }
  }
}

async function publishAll(stack: Stack, host: string): Promise<Map<string, [Kind, string]>> {
  return await asked(stack, async (db) => {
    const workspace = await openWorkspace(db, 'Chaos')
    await watchRecords(db)
    const { rows } = await db.query<{ id: string }>(
      `insert into public.pipelines (workspace_id, name) values ($1, 'Things') returning id`,
      [workspace.id],
    )
    const pipeline = rows[0]?.id ?? ''
    await db.query(
      `insert into public.pipeline_fields (workspace_id, pipeline_id, key, title, type)
       select $1, $2, key, initcap(key), 'text' from unnest(array['execution', 'place']) as key`,
      [workspace.id, pipeline],
    )
    const live = new Map<string, [Kind, string]>()
    const called = calledKind(pipeline)
    const { workflow } = await putLive(db, workspace, called.definition, called.name)
    live.set(workflow, [called, ''])
    for (const kind of kinds(pipeline, host, workflow)) {
      const { workflow, token } = await publish(db, workspace, kind.definition, kind.name)
      live.set(workflow, [kind, token])
    }
    return live
  })
}

/** Runs the embedded system under load, kills its processes at random, and counts what became of what it had accepted. */
export async function runChaos(options: ChaosOptions): Promise<Counted> {
  const { kills, seconds, seed, connections, perSecond, workers, settleSeconds } = options
  const told = options.told ?? (() => undefined)
  const outside = await startOutside()
  const stack = await startTestStack({
    ...{ durable: true, worker: workers, allowPrivateHosts: [outside.host] },
  }).catch(async (problem: unknown) => {
    await outside.stop()
    throw problem
  })
  try {
    const live = await publishAll(stack, outside.host)
    const tokens = new Map([...live.values()])
    const mail = new MailWatch(stack)
    const senders = new Senders(
      [...tokens.keys()],
      (kind) => `${stack.functionsUrl}/webhook/${tokens.get(kind) ?? ''}`,
      new Chance(seed),
      { connections, perSecond },
    )
    const chance = new Chance(seed + 1)
    const killed = await killAtRandom(stack, chance, kills, seconds, (name) =>
      told(`killed ${name}; ${senders.sent.accepted.size} accepted so far`),
    )
    const lastKill = Date.now()
    const { accepted, answers } = await senders.stop()
    told(`settling; answers ${JSON.stringify(Object.fromEntries(answers))}`)
    await settled(stack, lastKill + settleSeconds * 1000)
    const settledAfter = (Date.now() - lastKill) / 1000
    const found = await asked(stack, findAll)
    const { figures, complaints } = count({
      ...{ accepted, found, outside, mails: await mail.stop() },
      kindOf: (workflow) => live.get(workflow)?.[0],
    })
    const times = (name: string) => killed.filter((one) => one === name).length
    return {
      figures: {
        ...figures,
        kills: killed.length,
        killed_postgres: times('postgres'),
        killed_functions: times('functions'),
        killed_workers: times('worker'),
        calls_repeated: [...outside.places.values()].filter(({ calls }) => calls > 1).length,
        settled_after_s: Number(settledAfter.toFixed(1)),
        seed,
      },
      complaints,
    }
  } finally {
    await stack.stop()
    await outside.stop()
  }
}

/** The figures that have to be zero. */
export const BAD = ['lost', 'doubled', 'missing', 'unkeyed', 'stuck']
