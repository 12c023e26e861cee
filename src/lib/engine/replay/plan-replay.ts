import type { WorkflowDefinition } from '../definition/schema.ts'
import { ConfigProblem } from '../errors.ts'
import type { NodeId } from '../ids.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import { acts } from './acts.ts'
import { affectedBy, leadingTo, loopsAround, nodesWithin } from './reach.ts'
import { latestOf, placeKey, type StepTrace } from './step-trace.ts'

/** What a person wants of a replay. */
export interface ReplayWish {
  /** Steps that don't lead up to this one or follow it keep what they did; without it, everything runs again. */
  from?: NodeId
  /** Steps that may act once more although they succeeded. */
  repeat?: readonly NodeId[] | 'all'
  /** It starts with other data than the earlier execution. */
  otherData?: boolean
}

/** What a replay takes over from the earlier execution. */
export interface ReplayPlan {
  /** Records that the new execution begins with, in their order. */
  kept: StepTrace[]
  /** Steps that acted before and won't again, unless somebody asks for it. */
  notRepeated: NodeId[]
  /** Steps whose earlier attempt may have taken effect, which nobody knows; they run again. */
  uncertain: NodeId[]
  /**
   * Steps in a loop that acted for some of its items, but the loop may get another list now, so nobody can say for
   * which. They must be repeated by name, or the replay made differently.
   */
  undecided: NodeId[]
}

/** Which steps of an earlier execution a replay keeps. `before` is what that one ran, `now` what the new one will. */
export function planReplay(
  before: WorkflowDefinition,
  now: Plan,
  traces: readonly StepTrace[],
  wish: ReplayWish = {},
): ReplayPlan {
  return new Replay(before, now, traces, wish).plan()
}

class Replay {
  readonly #now: Plan
  readonly #before: Map<NodeId, WorkflowDefinition['nodes'][number]>
  readonly #latest: Map<string, StepTrace>
  readonly #wish: ReplayWish
  /** Nodes that run again; null: all of them. */
  readonly #affected: ReadonlySet<PlanNode> | null
  readonly #kept = new Map<string, StepTrace>()
  readonly #notRepeated = new Set<NodeId>()
  readonly #undecided = new Set<NodeId>()
  readonly #sameList = new Map<string, boolean>()

  constructor(
    before: WorkflowDefinition,
    now: Plan,
    traces: readonly StepTrace[],
    wish: ReplayWish,
  ) {
    this.#now = now
    this.#before = new Map(before.nodes.map((node) => [node.id, node]))
    this.#latest = latestOf(traces)
    this.#wish = wish
    this.#affected = wish.from === undefined ? null : affectedBy(startOf(now, wish.from))
  }

  plan(): ReplayPlan {
    const uncertain = new Set<NodeId>()
    for (const trace of this.#latest.values()) {
      const node = this.#sameNode(trace.node)
      if (node === undefined) continue
      if (isDone(trace) && this.#isWanted(node, trace)) this.#keep(node, trace)
      if (this.#runsAgain(node) && isUncertain(node, trace)) uncertain.add(node.id)
    }
    const kept = [...this.#kept.values()].sort((a, b) => a.seq - b.seq)
    return {
      kept,
      notRepeated: [...this.#notRepeated],
      uncertain: [...uncertain],
      undecided: [...this.#undecided],
    }
  }

  /** The node of the new version that is still the one that ran. */
  #sameNode(id: NodeId): PlanNode | undefined {
    const node = this.#now.node(id)
    if (node === undefined || node.definition.disabled) return undefined
    return this.#before.get(id)?.type === node.type.type ? node : undefined
  }

  #runsAgain(node: PlanNode): boolean {
    return this.#affected === null || this.#affected.has(node)
  }

  #mayRepeat(node: PlanNode): boolean {
    const { repeat = [] } = this.#wish
    return acts(node.type) && (repeat === 'all' || repeat.includes(node.id))
  }

  #isWanted(node: PlanNode, trace: StepTrace): boolean {
    if (!this.#runsAgain(node)) return true
    return acts(node.type) && trace.status === 'succeeded' && !this.#mayRepeat(node)
  }

  #keep(node: PlanNode, trace: StepTrace): void {
    const isAct = acts(node.type) && this.#runsAgain(node)
    if (this.#keepInLoops(node, trace)) {
      if (isAct) this.#notRepeated.add(node.id)
    } else if (acts(node.type)) {
      this.#undecided.add(node.id)
    }
  }

  /** False when the step's place in the loops means nothing any more. */
  #keepInLoops(node: PlanNode, trace: StepTrace): boolean {
    const loops = loopsAround(node)
    const frames = trace.path === '' ? [] : trace.path.split('/')
    const isThere =
      loops.length === frames.length &&
      loops.every((loop, depth) => frames[depth]?.startsWith(`${loop.key}:`))
    if (!isThere) return false
    for (const [depth, loop] of loops.entries()) {
      const path = frames.slice(0, depth).join('/')
      const whole = this.#latest.get(placeKey(loop.id, path))
      // A loop that came to its end is kept as one: what is in it is done.
      if (whole !== undefined && isDone(whole) && this.#staysWhole(loop)) {
        this.#kept.set(placeKey(loop.id, path), whole)
        return true
      }
      if (!this.#hasSameList(loop, path)) return false
    }
    this.#kept.set(placeKey(trace.node, trace.path), trace)
    return true
  }

  #staysWhole(loop: PlanNode): boolean {
    if (this.#sameNode(loop.id) === undefined) return false
    const inside = nodesWithin(loop)
    if (inside.some((node) => this.#mayRepeat(node))) return false
    const from = this.#wish.from
    return from === undefined || (loop.id !== from && !inside.some((node) => node.id === from))
  }

  /**
   * A loop that goes on in the middle goes through the list that it had: all that leads up to it is kept, too. That's
   * not possible when one of those steps is to run anew, or starts with other data.
   */
  #hasSameList(loop: PlanNode, path: string): boolean {
    const place = placeKey(loop.id, path)
    const known = this.#sameList.get(place)
    if (known !== undefined) return known
    const isSame = this.#pinList(loop, path)
    this.#sameList.set(place, isSame)
    return isSame
  }

  #pinList(loop: PlanNode, path: string): boolean {
    if (this.#wish.otherData === true || !this.#isSameLoop(loop)) return false
    const pinned = new Map<string, StepTrace>()
    for (const node of leadingTo(loop)) {
      if (this.#sameNode(node.id) === undefined || this.#mayRepeat(node)) return false
      if (this.#affected?.has(node) === true) return false
      const place = placeKey(node.id, path)
      const trace = this.#latest.get(place)
      // What was passed over is passed over again.
      if (trace === undefined || trace.status === 'skipped') continue
      if (!isDone(trace)) return false
      pinned.set(place, trace)
    }
    for (const [place, trace] of pinned) this.#kept.set(place, trace)
    return true
  }

  #isSameLoop(loop: PlanNode): boolean {
    if (this.#sameNode(loop.id) === undefined) return false
    const before = this.#before.get(loop.id)?.config
    return JSON.stringify(before) === JSON.stringify(loop.definition.config)
  }
}

function startOf(plan: Plan, id: NodeId): PlanNode {
  const node = plan.node(id)
  if (node !== undefined) return node
  throw new ConfigProblem({
    code: 'replay.no_such_step',
    title: 'This step is not there',
    detail: 'The version that should run has no such step.',
    hint: 'Replay on the version that the execution ran on, or from another step.',
  })
}

/** It has an outcome that a later step can build upon. */
const isDone = ({ status, port }: StepTrace): boolean =>
  status === 'succeeded' || (status === 'failed' && port !== null)

/**
 * Begun, and nobody knows what it has done. A workflow that was called and failed may have done part of its work. What
 * timed out isn't counted where the node type has said that a repeat does no harm.
 */
function isUncertain({ type }: PlanNode, { status, errorCode }: StepTrace): boolean {
  if (!acts(type)) return false
  if (status === 'running' || status === 'cancelled') return type.effect === 'external'
  return status === 'failed' && (type.effect === 'suspending' || UNKNOWN.has(errorCode ?? ''))
}

const UNKNOWN = new Set(['step.outcome_unknown', 'step.keeps_breaking'])
