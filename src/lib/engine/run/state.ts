import type { Data, DataObject } from '../data.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import type { Entry } from '../plan/entry.ts'
import type { Delivery, ErrorData, StepRecord } from '../store.ts'
import type { Chunks } from './chunks.ts'

/** What came in over one edge. */
export interface Arrival {
  key: string
  output: Data
}

/** How a step came to its end; what later steps of the same frame need to know of it. */
export interface Outcome {
  /** The port that was taken; null on a dead path. */
  port: string | null
  /** What it hands on: its output, or what a switched-off step lets pass. */
  hands: readonly Arrival[]
}

/**
 * One pass through the nodes outside of loops, or through a loop's body for one item. When an item is done, its frame
 * is dropped: that's why 100,000 items need no more memory than their results.
 */
export interface Frame {
  /** '' outside of loops, e.g. `for_each:17` inside. */
  path: string
  parent: Frame | null
  /** The loop whose item this is, with the item's place in the list. */
  loop: LoopRun | null
  index: number
  item: Data
  /** Its steps leave no rows unless they fail: see chunks.ts. */
  isQuiet: boolean
  /** By slot: edges that have still to say whether they bring something. */
  left: Uint16Array
  /** By slot: whether one of them did. */
  alive: Uint8Array
  outcomes: (Outcome | undefined)[]
  /** Outputs by key, those of the frames around it included: `steps` in templates. */
  steps: DataObject
  /** Steps that are ready, running or waiting. */
  open: Set<Step>
  /** Ends of the frame: steps that led nowhere further. */
  ends: Ended[]
}

/** A step after which nothing follows; its output is (part of) the result. */
export interface Ended {
  node: PlanNode
  output: Data
}

/** One node's run within one frame, over all its attempts. */
export interface Step {
  node: PlanNode
  frame: Frame
  /** `closed`: it's over, or was called off. */
  status: 'ready' | 'running' | 'waiting' | 'closed'
  /** Number of the attempt that is made, or comes next. */
  attempt: number
  /** Attempts used up before somebody pressed "retry": they don't count against the retry policy. */
  attemptsBefore: number
  /** Attempts that were cut off: nobody's fault, they don't count against the retry policy either. */
  interruptions: number
  /** While waiting: when to look again; null = when something from outside arrives. */
  until: number | null
  /** While waiting: for another attempt, or for the step's own reasons. */
  retrying: boolean
  /** What a suspended step left for itself. */
  progress: Data
  /** Something in the outside was asked to wake it. */
  hasWaits: boolean
  /** What has arrived for it from outside, until it's resumed. */
  deliveries: readonly Delivery[]
  /** The record of an attempt that nobody finished. */
  interrupted: StepRecord | null
  /** The last attempt's record, which a wake-up or an end is written into. */
  record: StepRecord | null
  /** Of a loop that is under way. */
  loop: LoopRun | null
}

/** A loop under way. */
export interface LoopRun {
  step: Step
  items: readonly Data[]
  concurrency: number
  /** Whether the loop goes on when an item fails. */
  goesOn: boolean
  /** Whether what the items yield is handed on. */
  keepsResults: boolean
  /** Of a loop that repeats until its rules hold: what happens when they never do. Null: it goes through a list. */
  atLimit: 'fail' | 'continue' | null
  /** Why no further item begins, although there are some left: a step said so, or the rules hold. */
  ended: 'stopped' | 'rules' | null
  /** The next item to begin. */
  next: number
  frames: Set<Frame>
  results: Data[]
  /** How many places of the list, from its beginning, are spoken for by items that are over. */
  reach: number
  /** About how many characters the results and failures have. */
  size: number
  /** How far the parts of a long list are; null for a short one. */
  chunks: Chunks | null
  failed: { index: number; error: ErrorData }[]
  /** Being advanced further up the stack: items that end at once are noticed there. */
  advancing: boolean
}

/** All that a run knows. Only the machine (machine.ts) changes it. */
export interface RunState {
  plan: Plan
  entry: Entry
  /** What earlier processes wrote down, by `${node}@${path}`; taken out as the run passes by. */
  known: Map<string, StepRecord>
  attemptsBefore: Readonly<Record<string, number>>
  /** By place: attempts that were cut off. */
  interruptions: ReadonlyMap<string, number>
  /** What has arrived for waiting steps, by place; taken out as they're met. */
  deliveries: Map<string, Delivery[]>
  /** By the place of a loop that repeats (`<path>/<key>`): the last pass that was begun by an earlier process. */
  passes: ReadonlyMap<string, number>
  /** Nothing was ever written down: there is nothing to look for. */
  isNew: boolean
  root: Frame
  waiting: Set<Step>
  /** Ready steps that have not been handed out. */
  pending: Step[]
  over: End | null
}

/** How an execution ended. */
export interface End {
  status: 'succeeded' | 'failed' | 'cancelled' | 'timed_out'
  error: ErrorData | null
  output: Data
}

/** A step's identity within its execution. */
export const placeOf = (step: Step): string => `${step.node.id}@${step.frame.path}`
