import type { ExecutionId } from '../../../src/lib/engine/ids.ts'
import type { WebhookResponse } from '../../../src/lib/engine/services.ts'
import type { AcceptResult, ClaimedExecution, NewExecution } from '../../../src/lib/engine/store.ts'
import { CallbackAddresses } from './callback-address.ts'
import { Connections } from './connections/connections.ts'
import { isOutage } from './database/outage.ts'
import { Pool } from './database/pool.ts'
import {
  createEngine,
  LeaseLost,
  registry,
  type Engine,
  type RunHooks,
  type RunLimits,
  type RunOutcome,
} from './engine.ts'
import { environment } from './environment.ts'
import { LeaseKeeper } from './leases.ts'
import { Secrets } from './secrets.ts'
import { systemClock } from './services/clock.ts'
import { SafeHttp } from './services/http/safe-http.ts'
import { SmtpMail } from './services/mail/smtp-mail.ts'
import { handBack } from './store/hand-back.ts'
import { PostgresStore } from './store/postgres-store.ts'
import { Shift } from './work/shift.ts'
import { Turns } from './work/turns.ts'

const POOL_SIZE = 8

/** A hosted function's process may be ended after 150 seconds: what runs longer is given back before, and resumed. */
const FUNCTION_RUNS_MS = 100_000

/** An execution that was asked for. */
export interface Started {
  id: ExecutionId
  accepted: AcceptResult
  /** Present when it runs here. Never rejects. */
  outcome?: Promise<RunOutcome>
}

/** Hosted, work that goes on after the answer is announced, so that the instance stays for it. */
const edgeRuntime = (globalThis as { EdgeRuntime?: { waitUntil(work: Promise<unknown>): void } })
  .EdgeRuntime

/** What a process of ours needs to accept and run executions: store, services, engine and the leases in hand. */
export class Runtime {
  readonly pool: Pool
  readonly store: PostgresStore
  readonly secrets: Secrets
  readonly addresses: CallbackAddresses
  readonly connections: Connections
  readonly #engine: Engine
  readonly #leases: LeaseKeeper
  readonly #turns = new Turns()
  readonly #running = new Set<Promise<RunOutcome>>()
  readonly #runs = new Map<ExecutionId, Promise<RunOutcome>>()
  #runsForMs: number | null = FUNCTION_RUNS_MS
  readonly #shift: Shift

  readonly #isInvocation: boolean
  /** Where nobody limits us, thousands of executions a second don't listen for what never comes. */
  readonly #mayHandOver: boolean

  /** `for`: a process that answers many requests, or a single invocation that works off what it finds and ends. */
  constructor({ for: purpose }: { for: 'process' | 'invocation' } = { for: 'process' }) {
    this.#isInvocation = purpose === 'invocation'
    const { supabaseUrl, databaseUrl, secretsKey } = environment()
    const { allowPrivateHosts, smtpUrl, mailFrom, processorLimitMs } = environment()
    this.#shift = new Shift(processorLimitMs)
    this.#mayHandOver = this.#isInvocation || processorLimitMs > 0
    this.pool = new Pool(databaseUrl, POOL_SIZE)
    this.store = new PostgresStore(databaseUrl, this.pool)
    this.secrets = new Secrets(secretsKey)
    this.connections = new Connections(this.pool, this.secrets, allowPrivateHosts)
    this.addresses = new CallbackAddresses(`${supabaseUrl}/functions/v1`, secretsKey)
    this.#engine = createEngine({
      store: this.store,
      services: this.connections.services({
        clock: systemClock,
        http: new SafeHttp(allowPrivateHosts),
        mail: new SmtpMail(smtpUrl, mailFrom),
      }),
      registry,
      addresses: this.addresses,
      owner: `functions ${Deno.pid}`,
      log: (line) => console.warn(`weft: ${line}`),
    })
    this.#leases = new LeaseKeeper(this.store, this.#engine)
  }

  /** How many executions this process runs at the moment. */
  get inHand(): number {
    return this.#running.size
  }

  /** This process isn't one that is ended after a while: executions may run as long as they take. */
  takeTime(): void {
    this.#runsForMs = null
    this.#shift.end()
  }

  /** Nothing more should be taken up: the time that this process may compute is nearly used. */
  get isShiftOver(): boolean {
    return this.#shift.isOver
  }

  /** Gives back what runs here, each execution at its next checkpoint, for others to go on with. */
  handOver(): void {
    this.#shift.handOver()
  }

  /** Makes an execution durable and, if it's ours, runs it at once. Resolves when it's durable. */
  async start(
    execution: NewExecution,
    onResponse?: (response: WebhookResponse) => void,
  ): Promise<Started> {
    const { id } = execution
    return await this.#turns.take(execution.workspace, async () => {
      const run = this.#engine.start(execution, this.#hooks(onResponse), this.#limits())
      const outcome = this.#inHand(run.claimed, run.outcome)
      const accepted = await run.accepted
      return accepted === 'accepted' ? { id, accepted, outcome } : { id, accepted }
    })
  }

  /** Takes one execution up again, if it's there to be taken: one that was queued, or one whose time has come. */
  async resume(execution: ExecutionId): Promise<boolean> {
    const claimed = await this.store.claim(execution)
    if (claimed === null) return await this.#letIn(execution)
    this.#run(claimed)
    return true
  }

  /** Takes over executions that nobody works on. Says how many there were. */
  async takeOver(limit: number): Promise<number> {
    const claimed = await this.store.claimAbandoned(limit)
    for (const execution of claimed) this.#run(execution)
    return claimed.length
  }

  /** Tells an execution that runs here that somebody wants it to stop. */
  cancel(execution: ExecutionId): void {
    this.#engine.stop(execution, 'cancelled')
  }

  /** Tells an execution that runs here that somebody wants it to rest. */
  pause(execution: ExecutionId): void {
    this.#engine.stop(execution, 'paused')
  }

  /** Waits until everything in hand has ended, at most so long. */
  async settle(patienceMs: number): Promise<void> {
    let late: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise((done) => (late = setTimeout(done, patienceMs)))
    await Promise.race([Promise.all(this.#running), patience])
    clearTimeout(late)
  }

  /** Before the process ends: finishes what it can and hands the rest back, so that others take over at once. */
  async stop(patienceMs: number): Promise<void> {
    await this.settle(patienceMs)
    this.#shift.end()
    this.#leases.stop()
    const left = this.#engine.active()
    for (const lease of left) this.#engine.stop(lease.execution, 'lost')
    try {
      await handBack(this.pool, left)
    } catch (problem) {
      // Then the leases run out by themselves.
      if (!isOutage(problem)) throw problem
    }
    await this.store.close()
    await this.pool.close()
  }

  /** The net under limits: those whose turn it is, although nobody told so. Says how many there were. */
  async admitAll(): Promise<number> {
    const admitted = await this.store.limits.admitAll()
    this.#takeUp(admitted)
    return admitted.length
  }

  /** There was nothing to claim: perhaps because its workflow's limits hold it. */
  async #letIn(execution: ExecutionId): Promise<boolean> {
    const admitted = await this.store.limits.admitLike(execution)
    this.#takeUp(admitted)
    return admitted.includes(execution)
  }

  /** An execution has ended: if its workflow has limits, it's somebody else's turn. */
  async #passTurn({ version, mode, workflow }: ClaimedExecution): Promise<void> {
    if ((await this.store.limits.of(version, mode)) === null) return
    this.#takeUp(await this.store.limits.admit(workflow))
  }

  /** What an execution of ours has started or woken goes on here, at once; if not, a worker finds it. */
  #takeUp(executions: readonly ExecutionId[]): void {
    for (const execution of executions) {
      this.#resumeAfterRun(execution).catch((problem: unknown) => {
        if (!isOutage(problem))
          console.error(`weft: execution ${execution} could not be taken up`, problem)
      })
    }
  }

  /** What is called is often done before its caller has fallen asleep. */
  async #resumeAfterRun(execution: ExecutionId): Promise<void> {
    const run = this.#runs.get(execution)
    if (run !== undefined && (await run).status !== 'waiting') return
    await this.resume(execution)
  }

  #limits(): RunLimits {
    // Requests have their own time each; what one of them has left in hand is over by now.
    if (!this.#isInvocation && this.#running.size === 0) this.#shift.beginAnew()
    if (this.#runsForMs === null) return {}
    const deadline = Date.now() + this.#runsForMs
    return this.#mayHandOver ? { deadline, handOver: this.#shift.signal } : { deadline }
  }

  #hooks(onResponse?: (response: WebhookResponse) => void): RunHooks {
    const onReady = (executions: readonly ExecutionId[]) => this.#takeUp(executions)
    return onResponse === undefined ? { onReady } : { onReady, onResponse }
  }

  #run(claimed: ClaimedExecution): void {
    this.#inHand(claimed, this.#engine.run(claimed, this.#hooks(), this.#limits()))
  }

  /** Keeps an eye on a run. */
  #inHand(claimed: ClaimedExecution, outcome: Promise<RunOutcome>): Promise<RunOutcome> {
    const { execution } = claimed.lease
    this.#running.add(outcome)
    if (!this.#runs.has(execution)) this.#runs.set(execution, outcome)
    void outcome.then((ended) => {
      this.#running.delete(outcome)
      if (this.#runs.get(execution) === outcome) this.#runs.delete(execution)
      if (ended.status === 'lost') tell(claimed, ended.cause)
      else if (ended.status !== 'waiting') this.#passTurn(claimed).catch(tellProblem)
    })
    edgeRuntime?.waitUntil(outcome)
    return outcome
  }
}

/** Nothing of a lost execution is lost: somebody else has it, or will. Only a defect is worth a line in the log. */
function tell({ lease }: ClaimedExecution, cause: unknown): void {
  if (cause instanceof LeaseLost || isOutage(cause)) return
  console.error(`weft: execution ${lease.execution} broke off and will be taken over`, cause)
}

/** Whoever waits for a turn is found by the net a second later. */
function tellProblem(problem: unknown): void {
  if (!isOutage(problem)) console.error('weft: the next execution could not be let in', problem)
}

let known: Runtime | undefined

/** This process' runtime, made when first needed. */
export function runtime(): Runtime {
  return (known ??= new Runtime())
}
