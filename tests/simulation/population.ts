import {
  ExecutionId,
  NodeId,
  VersionId,
  WorkflowId,
  WorkspaceId,
  type NewExecution,
  type VersionRecord,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { drawWorkflow, payload } from './drawing.ts'
import { changeDrawing, drawErrorWorkflow, drawScheduled } from './other-drawings.ts'
import type { Random } from './random.ts'
import { drawLimits, type Limits } from './turnstile.ts'
import { drawWishes, type Wishes } from './wishes.ts'

/** The one workspace of a world. */
export const WORKSPACE = WorkspaceId.parse('00000000-0000-4000-8000-000000000001')

const id = (kind: number, number: number): string =>
  `00000000-0000-7000-8${String(kind).padStart(3, '0')}-${String(number).padStart(12, '0')}`
const workflowId = (number: number): WorkflowId => WorkflowId.parse(id(1, number))
const versionId = (number: number): VersionId => VersionId.parse(id(2, number))

/** Comes after all others, so that none of them has its number. */
const ERROR_WORKFLOW = 9
const SCHEDULED = 8

const TRIGGERS: [string[], ...string[][]] = [
  ['trigger.manual', 'trigger.called'],
  ['trigger.webhook', 'trigger.manual', 'trigger.called'],
]

/** Something that a person or another service does. */
export interface Request {
  execution: NewExecution
  /** Milliseconds after the beginning. */
  at: number
  /** It's sent a second time while the first one is under way. */
  isDoubled: boolean
  /** Somebody presses "Cancel" after so many milliseconds; in the fault-free twin nobody does. */
  cancelAt: number | null
  /** What else people do with it. */
  wishes: Wishes
}

/** What there is in a world: workflows, and what is asked of them. The same in all runs of a seed. */
export interface Population {
  versions: VersionRecord[]
  /** By version: a later one of the same workflow, which only replays run on. */
  latest: Map<VersionId, VersionRecord>
  requests: Request[]
  /** By workflow; in the fault-free twin, nothing is limited. */
  limits: Map<WorkflowId, Limits>
  /** A workflow with a schedule. */
  scheduled: VersionRecord | null
}

/** Draws a world's workflows and what is started. */
export function populate(random: Random): Population {
  const count = random.pick([1, 1, 2, 2, 3])
  const hasErrorWorkflow = random.chance(0.4)
  const errorWorkflow = hasErrorWorkflow ? workflowId(ERROR_WORKFLOW) : null
  const versions = Array.from({ length: count }, (_, number) => {
    // Each may call those after it.
    const callable = Array.from({ length: count - 1 - number }, (_, at) =>
      workflowId(number + 1 + at),
    )
    return versionOf(number, drawWorkflow(random, callable, random.pick(TRIGGERS), errorWorkflow))
  })
  const drawn = Array.from({ length: random.int(1, 3) }, (_, number) => ({
    execution: drawExecution(random, versions, number),
    at: random.int(0, 3000),
    isDoubled: random.chance(0.15),
    cancelAt: random.chance(0.06) ? random.pick([1000, 4000, 60_000]) : null,
  }))
  const limits = new Map<WorkflowId, Limits>()
  // Waiting for one's turn counts: where executions run out of time, they would do so earlier or later.
  const hasTimeouts = versions.some(
    ({ definition: { settings } }) => settings.timeoutSeconds !== undefined,
  )
  if (random.chance(0.18) && !hasTimeouts) drawn.push(...rush(random, drawn[0]?.execution, limits))
  const requests = drawn.map((request) => ({
    ...request,
    wishes: drawWishes(random, definitionOf(versions, request.execution.version)),
  }))
  const latest = new Map(
    requests
      .filter(({ wishes: { replay } }) => replay?.onLatest === true)
      .map(
        ({ execution: { version } }) => [version, laterThan(random, versions, version)] as const,
      ),
  )
  const scheduled = random.chance(0.15) ? versionOf(SCHEDULED, drawScheduled(random)) : null
  if (hasErrorWorkflow) versions.push(versionOf(ERROR_WORKFLOW, drawErrorWorkflow()))
  return { versions, latest, requests, limits, scheduled }
}

const definitionOf = (versions: readonly VersionRecord[], id: VersionId): WorkflowDefinition => {
  const version = versions.find((one) => one.id === id)
  if (version === undefined) throw new Error(`nobody has drawn ${id}`)
  return version.definition
}

/** Another version of a workflow. */
function laterThan(random: Random, versions: readonly VersionRecord[], id: VersionId) {
  const [number = 0] = versions.flatMap((version, at) => (version.id === id ? [at] : []))
  const later = versionOf(number, changeDrawing(random, definitionOf(versions, id)))
  return { ...later, id: versionId(number + 100) }
}

/** A workflow gets limits, and more to do than they allow. */
function rush(
  random: Random,
  first: NewExecution | undefined,
  limits: Map<WorkflowId, Limits>,
): Omit<Request, 'wishes'>[] {
  if (first === undefined) return []
  limits.set(first.workflow, drawLimits(random, first.workflow !== workflowId(0)))
  return Array.from({ length: random.int(2, 4) }, (_, at) => ({
    execution: {
      ...first,
      id: ExecutionId.parse(id(3, 10 + at)),
      triggerData: payload(random, `x${10 + at}`),
    },
    at: random.int(0, 3000),
    isDoubled: random.chance(0.15),
    cancelAt: null,
  }))
}

const versionOf = (number: number, definition: WorkflowDefinition): VersionRecord => ({
  id: versionId(number),
  workspace: { id: WORKSPACE, name: 'Simulated', timeZone: 'Europe/Berlin' },
  workflow: { id: workflowId(number), name: 'Simulated' },
  definition,
})

function drawExecution(
  random: Random,
  versions: readonly VersionRecord[],
  number: number,
): NewExecution {
  const which = random.int(0, versions.length - 1)
  const nodes = versions[which]?.definition.nodes ?? []
  const triggers = nodes.filter(
    ({ type }) => type.startsWith('trigger.') && type !== 'trigger.called',
  )
  const trigger = triggers[random.int(0, triggers.length - 1)]
  return {
    id: ExecutionId.parse(id(3, number)),
    workspace: WORKSPACE,
    workflow: workflowId(which),
    version: versionId(which),
    triggerNode: trigger?.id ?? NodeId.parse('t0'),
    triggerKind: trigger?.type ?? '',
    triggerData: payload(random, `x${number}`),
    mode: 'live',
    onlyIfLive: random.chance(0.5),
  }
}
