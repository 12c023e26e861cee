import {
  isLeftOut,
  stepKey,
  type Execution,
  type Step,
  type StepStatus,
} from '#lib/executions/rows.ts'

/** What an execution did at one step, over all rounds of its loops and all attempts. */
export interface StepOutcome {
  status: StepStatus
  /** How often it ran (rounds of loops); attempts of one round count once. */
  rounds: number
  failed: number
  port: string | null
  /** The one that all of them stand for. */
  step: Step
}

/**
 * What the execution that is looked at did, for the canvas. Kept apart from the nodes and edges that the canvas draws,
 * so that a step's news changes that step's mark and nothing else.
 */
export class RunStatus {
  execution = $state.raw<Execution | null>(null)
  steps = $state.raw<readonly Step[]>([])
  /** As they were last: a step that nothing happened to keeps its outcome, and nothing of it is drawn again. */
  #before: ReadonlyMap<string, StepOutcome> = new Map()
  readonly #outcomes = $derived.by(() => {
    this.#before = keepingSame(this.#before, outcomesOf(this.steps))
    return this.#before
  })
  readonly #taken = $derived(
    new Set(
      this.steps.filter((step) => !step.superseded).map((step) => `${step.node_id} ${step.port}`),
    ),
  )

  of(node: string): StepOutcome | undefined {
    return this.#outcomes.get(node)
  }

  /** Whether the execution went along an edge; `active` while the step at its end runs. */
  along(edge: { source: string; sourcePort: string; target: string }): 'none' | 'taken' | 'active' {
    const source = this.#outcomes.get(edge.source)
    if (!source) return 'none'
    const taken = this.#taken.has(`${edge.source} ${edge.sourcePort}`)
    const isBody = source.status === 'running' || source.status === 'waiting'
    const target = this.#outcomes.get(edge.target)
    if (target?.status === 'running') return taken || isBody ? 'active' : 'none'
    return taken || (isBody && target !== undefined) ? 'taken' : 'none'
  }
}

const RANK: Record<StepStatus, number> = {
  running: 6,
  waiting: 5,
  failed: 4,
  cancelled: 3,
  succeeded: 2,
  skipped: 1,
}

function keepingSame(
  before: ReadonlyMap<string, StepOutcome>,
  now: ReadonlyMap<string, StepOutcome>,
): Map<string, StepOutcome> {
  const isSame = (one: StepOutcome, other: StepOutcome): boolean =>
    one.status === other.status &&
    one.rounds === other.rounds &&
    one.failed === other.failed &&
    one.port === other.port &&
    stepKey(one.step) === stepKey(other.step) &&
    one.step.finished_at === other.step.finished_at &&
    isLeftOut(one.step.output) === isLeftOut(other.step.output)
  return new Map(
    [...now].map(([node, outcome]) => {
      const known = before.get(node)
      return [node, known && isSame(known, outcome) ? known : outcome]
    }),
  )
}

/** One outcome per node: the latest attempt of each round, and of those the one that most needs to be seen. */
export function outcomesOf(steps: readonly Step[]): Map<string, StepOutcome> {
  const outcomes = new Map<string, StepOutcome>()
  for (const [node, all] of Map.groupBy(steps, (step) => step.node_id)) {
    const rounds = [...Map.groupBy(all, (step) => step.path).values()].map((attempts) =>
      attempts.reduce((latest, step) => (step.seq > latest.seq ? step : latest)),
    )
    const standing = rounds.reduce((worst, step) =>
      RANK[step.status] > RANK[worst.status] ? step : worst,
    )
    outcomes.set(node, {
      status: standing.status,
      rounds: rounds.length,
      failed: rounds.filter((step) => step.status === 'failed').length,
      port: standing.port,
      step: standing,
    })
  }
  return outcomes
}
