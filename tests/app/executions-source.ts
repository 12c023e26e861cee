import type { LiveState, TopicListener } from '#lib/live/topic.ts'
import type { ExecutionQuery } from '#lib/executions/queries.ts'
import { stepKey, type Execution, type Step } from '#lib/executions/rows.ts'
import type { ExecutionSource } from '#lib/executions/source.ts'

/** The id of the n-th execution; later ones are greater, as in the database. */
export const executionId = (n: number): string =>
  `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`

/** An execution with these differences from a plain one that succeeded. */
export function execution(n: number, differences: Partial<Execution> = {}): Execution {
  return {
    id: executionId(n),
    workspace_id: 'workspace',
    workflow_id: 'workflow',
    version_id: 'version',
    trigger_node: 'hook',
    trigger_kind: 'trigger.webhook',
    mode: 'live',
    status: 'succeeded',
    wake_at: null,
    cancel_requested_at: null,
    error: null,
    paused_at: null,
    replay_of: null,
    started_by: null,
    created_at: '2026-11-23T10:00:00.000Z',
    finished_at: '2026-11-23T10:00:01.200Z',
    ...differences,
  }
}

/** A step that ran, with these differences; its seq says when it began. */
export function step(node: string, seq: number, differences: Partial<Step> = {}): Step {
  const status = differences.status ?? 'succeeded'
  const open = status === 'running' || status === 'waiting'
  return {
    execution_id: executionId(1),
    workspace_id: 'workspace',
    node_id: node,
    path: '',
    attempt: 1,
    seq,
    status,
    port: status === 'succeeded' ? 'out' : null,
    input: {},
    output: open ? null : { of: node },
    error: null,
    logs: [],
    superseded: false,
    reused: false,
    started_at: '2026-11-23T10:00:00.000Z',
    finished_at: open ? null : '2026-11-23T10:00:00.500Z',
    ...differences,
  }
}

/** A database and its news, in memory: what it holds is fetched, what is told arrives at once. */
export class Rehearsal implements ExecutionSource {
  held: Execution[] = []
  heldSteps: Step[] = []
  topics: string[] = []
  /** Set to make fetches wait for it. */
  delay: Promise<void> | undefined
  failure: Error | undefined
  #listeners = new Set<TopicListener>()

  listen(topic: string, listener: TopicListener): () => void {
    this.topics.push(topic)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get listening(): number {
    return this.#listeners.size
  }

  /** The channel is up, for the first time or again. */
  join(): void {
    this.#state('live')
    for (const listener of this.#listeners) listener.joined()
  }

  lose(): void {
    this.#state('offline')
  }

  tell(row: Execution | Step): void {
    const event = 'node_id' in row ? 'step' : 'execution'
    for (const listener of this.#listeners) listener.heard(event, { ...row })
  }

  executions(_: unknown, query: ExecutionQuery): Promise<Execution[]> {
    const { before, limit = 50 } = query
    const newest = this.held.toSorted((one, other) => (one.id < other.id ? 1 : -1))
    return this.#answer(
      newest.filter(({ id }) => before === undefined || id < before).slice(0, limit),
    )
  }

  execution(id: string): Promise<Execution | null> {
    return this.#answer(this.held.find((one) => one.id === id) ?? null)
  }

  steps(): Promise<Step[]> {
    return this.#answer(this.heldSteps.toSorted((one, other) => one.seq - other.seq))
  }

  step(which: Pick<Step, 'node_id' | 'path' | 'attempt'>): Promise<Step | null> {
    return this.#answer(this.heldSteps.find((one) => stepKey(one) === stepKey(which)) ?? null)
  }

  #state(state: LiveState): void {
    for (const listener of this.#listeners) listener.state(state)
  }

  /** As the database stood when it was asked, even when the answer takes its time. */
  async #answer<Value>(value: Value): Promise<Value> {
    const copy = structuredClone(value)
    await this.delay
    if (this.failure) throw this.failure
    return copy
  }
}

/** Lets what was asked for arrive. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
