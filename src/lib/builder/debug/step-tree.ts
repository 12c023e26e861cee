import type { Step, StepStatus } from '#lib/executions/rows.ts'
import { stepKey } from '#lib/executions/rows.ts'

/** A step, or its attempt, in the list of steps. */
export interface StepRow {
  kind: 'step'
  id: string
  depth: number
  step: Step
  /** Whether its rounds are shown; null for a step without any. */
  isOpen: boolean | null
}

/** One round of a loop. */
export interface ItemRow {
  kind: 'item'
  /** Its path, e.g. `each_deal:2`. */
  id: string
  depth: number
  /** As people count: from 1. */
  number: number
  status: StepStatus
  steps: number
  startedAt: string
  finishedAt: string | null
  isOpen: boolean
}

export type TreeRow = StepRow | ItemRow

/** Loops with more rounds than this start with their rounds folded. */
const OPEN_UP_TO = 3

/**
 * The steps as people read them: in the order they began, each loop's rounds under it. `chosen` are the rows that
 * somebody opened or closed; `reached` is the path of the step that is looked at, whose rounds are open unless somebody
 * closed them. `keyOf` gives a node's key, which paths are made of.
 */
export function treeRows(
  steps: readonly Step[],
  keyOf: (node: string) => string | undefined,
  chosen: ReadonlyMap<string, boolean>,
  reached = '',
): TreeRow[] {
  const tree = new StepTree(steps, keyOf, chosen, reached)
  return tree.rowsAt('', 0)
}

class StepTree {
  readonly #keyOf: (node: string) => string | undefined
  readonly #chosen: ReadonlyMap<string, boolean>
  readonly #reached: string
  readonly #at: Map<string, Step[]>
  /** Loops by where they stand and their key; the paths of their rounds, in order. */
  readonly #rounds = new Map<string, Set<string>>()
  /** The loops that stand at a path. */
  readonly #loops = new Map<string, string[]>()

  constructor(
    steps: readonly Step[],
    keyOf: (node: string) => string | undefined,
    chosen: ReadonlyMap<string, boolean>,
    reached: string,
  ) {
    this.#keyOf = keyOf
    this.#chosen = chosen
    this.#reached = reached
    this.#at = Map.groupBy(steps, ({ path }) => path)
    for (const path of this.#at.keys()) this.#addRounds(path)
  }

  rowsAt(path: string, depth: number): TreeRow[] {
    const steps = this.#at.get(path) ?? []
    const latest = new Map(steps.map((step) => [step.node_id, step]))
    const claimed = new Set<string>()
    const rows = steps.flatMap((step) => {
      const loop = `${path}/${this.#keyOf(step.node_id) ?? ''}`
      // A loop that was tried several times shows its rounds once, under its latest attempt.
      const isLoop = latest.get(step.node_id) === step && this.#rounds.has(loop)
      if (!isLoop) return [this.#stepRow(step, depth, null)]
      claimed.add(loop)
      const isOpen = this.#chosen.get(stepKey(step)) ?? true
      return [
        this.#stepRow(step, depth, isOpen),
        ...(isOpen ? this.#roundRows(loop, depth + 1) : []),
      ]
    })
    // Rounds whose loop isn't known here are shown rather than lost.
    const lost = this.#loopsAt(path).filter((loop) => !claimed.has(loop))
    return [...rows, ...lost.flatMap((loop) => this.#roundRows(loop, depth))]
  }

  #stepRow(step: Step, depth: number, isOpen: boolean | null): StepRow {
    return { kind: 'step', id: stepKey(step), depth, step, isOpen }
  }

  #roundRows(loop: string, depth: number): TreeRow[] {
    const paths = [...(this.#rounds.get(loop) ?? [])].sort((a, b) => indexOf(a) - indexOf(b))
    return paths.flatMap((path) => {
      const inside = this.#stepsUnder(path)
      const status = standing(inside)
      const leadsThere = this.#reached === path || this.#reached.startsWith(`${path}/`)
      const startsOpen = paths.length <= OPEN_UP_TO || status === 'failed' || leadsThere
      const isOpen = this.#chosen.get(path) ?? startsOpen
      const row: ItemRow = {
        ...{ kind: 'item', id: path, depth, number: indexOf(path) + 1, status, isOpen },
        steps: inside.length,
        startedAt: inside.reduce((min, { started_at: at }) => (at < min ? at : min), '9'),
        finishedAt: lastEnd(inside),
      }
      return isOpen ? [row, ...this.rowsAt(path, depth + 1)] : [row]
    })
  }

  #stepsUnder(path: string): Step[] {
    const own = this.#at.get(path) ?? []
    const inner = this.#loopsAt(path).flatMap((loop) => [...(this.#rounds.get(loop) ?? [])])
    return [...own, ...inner.flatMap((round) => this.#stepsUnder(round))]
  }

  #loopsAt(path: string): readonly string[] {
    return this.#loops.get(path) ?? []
  }

  /** Notes the rounds that a path goes through: `outer:2/inner:0` is one of outer and one of inner. */
  #addRounds(path: string): void {
    if (path === '') return
    const parent = parentOf(path)
    const loop = `${parent}/${path.slice(parent === '' ? 0 : parent.length + 1).split(':')[0]}`
    const paths = this.#rounds.get(loop)
    if (paths?.has(path)) return
    if (!paths) this.#loops.set(parent, [...this.#loopsAt(parent), loop])
    this.#rounds.set(loop, (paths ?? new Set()).add(path))
    this.#addRounds(parent)
  }
}

const parentOf = (path: string): string =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''

const indexOf = (path: string): number => Number(path.slice(path.lastIndexOf(':') + 1))

/** Where in the loops a step is, in people's words: [3, 1] for item 3's item 1. */
export const itemNumbers = (path: string): number[] =>
  path === '' ? [] : path.split('/').map((part) => indexOf(part) + 1)

function lastEnd(steps: readonly Step[]): string | null {
  let last: string | null = null
  for (const { finished_at: at } of steps) {
    if (at === null) return null
    if (last === null || at > last) last = at
  }
  return last
}

const RANK: Record<StepStatus, number> = {
  running: 6,
  waiting: 5,
  failed: 4,
  cancelled: 3,
  succeeded: 2,
  skipped: 1,
}

/** What most needs to be seen of several steps; of each only its latest attempt counts. */
export function standing(steps: readonly Step[]): StepStatus {
  const latest = new Map<string, Step>()
  for (const step of steps) {
    const place = `${step.node_id}@${step.path}`
    const known = latest.get(place)
    if (!known || known.seq < step.seq) latest.set(place, step)
  }
  let worst: StepStatus = 'skipped'
  for (const { status, port } of latest.values()) {
    // A failure that the workflow dealt with isn't what a round stands for.
    const shown = status === 'failed' && port !== null ? 'succeeded' : status
    if (RANK[shown] > RANK[worst]) worst = shown
  }
  return worst
}
