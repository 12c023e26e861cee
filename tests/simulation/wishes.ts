import type { ExecutionId, NodeId, WorkflowDefinition } from '#lib/engine/index.ts'
import type { Random } from './random.ts'

/** A replay as the queue carries it. Its id is made when it's asked for, so that coming twice it's still one. */
export interface ReplayJob {
  readonly id: ExecutionId
  readonly of: ExecutionId
  readonly wish: WantedReplay
}

/** What somebody wants of a replay. */
export interface WantedReplay {
  /** Null: everything runs again, but for what has acted. */
  readonly from: NodeId | null
  /** Also what acted runs again. */
  readonly repeatsAll: boolean
  /** It starts with other data. */
  readonly hasOtherData: boolean
  /** It runs on the newest version of its workflow. */
  readonly onLatest: boolean
}

/** What people do with an execution that was started, besides cancelling it. */
export interface Wishes {
  /**
   * Somebody lets it rest, after so many milliseconds for so many; null: they forget about it. In the fault-free twin
   * nobody does.
   */
  readonly pause: {
    readonly at: number
    readonly for: number | null
    /** They don't have it go on then, but cancel it. */
    readonly endsIt: boolean
  } | null
  /** When it has ended without success: somebody has it retried. */
  readonly retries: boolean
  /** When it has ended (after the retry, if there was one): somebody has it replayed. */
  readonly replay: WantedReplay | null
}

/** How long people take to look at what has ended: until then, whatever was still under way from it has arrived. */
export const LOOKS_AFTER_MS = 120_000

/** How long people let executions rest. With less than half an hour, no workflow's time runs out that wouldn't anyway. */
const RESTS: [number, ...number[]] = [2_000, 40_000, 1_200_000]

/** Draws what people want of an execution of a workflow. */
export function drawWishes(random: Random, { nodes, settings }: WorkflowDefinition): Wishes {
  const forgets = settings.timeoutSeconds !== undefined && random.chance(0.3)
  return {
    pause: random.chance(0.12)
      ? {
          at: random.int(0, 4000),
          for: forgets ? null : random.pick(RESTS),
          endsIt: random.chance(0.2),
        }
      : null,
    retries: random.chance(0.3),
    replay: random.chance(0.15)
      ? {
          from: random.chance(0.5) ? (nodes[random.int(0, nodes.length - 1)]?.id ?? null) : null,
          repeatsAll: random.chance(0.1),
          hasOtherData: random.chance(0.2),
          onLatest: random.chance(0.4),
        }
      : null,
  }
}
