import type { Data, ErrorData, ExecutionId, StepRecord } from '#lib/engine/index.ts'
import { PIPELINE } from './nodes.ts'
import type { World } from './world.ts'

/** How a step ended, with everything in it that must be the same in every run. */
export interface StepEnd {
  node: string
  type: string
  path: string
  status: StepRecord['status']
  /** Status, port, output or error. */
  text: string
  /** Taken over from the execution that this one is a replay of. */
  isReused: boolean
  record: StepRecord
}

/** How an execution ended. */
export interface ExecutionEnd {
  id: ExecutionId
  status: string
  error: ErrorData | null
  /** A person has asked for it, or its caller is gone. */
  wasCancelled: boolean
  /** How it had ended when somebody had it retried. */
  retriedAfter: string | null
  /** Somebody wanted it replayed; it wasn't possible because of this. */
  refused: string | null
  /** By whatever it's called, what happened to it has no counterpart in a world without faults. */
  isApart: boolean
  /** The execution that it's a replay of. */
  replayOf: ExecutionId | null
  /** By `node@path`. */
  steps: Map<string, StepEnd>
  /** All that ever failed in it, also what was set aside by a retry. */
  failures: { path: string; code: string }[]
}

/** How a world ended. */
export interface Ending {
  /** By name. */
  executions: Map<string, ExecutionEnd>
  /** How many records were made at each place. */
  records: Map<string, number>
  /** What must never be, and was. */
  problems: string[]
}

/** Moments and ids depend on when things happened. */
const VARIABLE =
  /\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-[0-9a-f]{16})?/g

/**
 * Of several steps of an item that fail, chance decides which one its loop hears of, and hands on. Each step's own error is
 * compared by itself, and comparison.ts looks whether the loop's is one of them.
 */
function comparable(key: string, value: unknown): unknown {
  const isError = key === 'error' && typeof value === 'object' && value !== null && 'code' in value
  return isError ? '…' : value
}

const normal = (data: Data): string => JSON.stringify(data, comparable).replaceAll(VARIABLE, '…')

/** A failure says why in words that differ; its code doesn't. What later steps see of it has the code, too. */
function textOf({ node, status, port, output, error }: StepRecord, name: string): string {
  // Of several steps that could fail, chance decides which one an error workflow hears of.
  if (node === 't0' && name.endsWith(' failed')) return status
  const isOfItem = error !== null && error.node !== node
  return `${status} ${port} ${error === null ? normal(output) : isOfItem ? 'of an item' : error.code}`
}

/** Reads off how everything ended. */
export function endingOf(world: World): Ending {
  const { store, audit } = world.database
  const problems = [...audit.problems]
  const executions = new Map<string, ExecutionEnd>()
  const { retried, forgotten, refused } = world.operators
  for (const [id, { made, status, error, cancelRequested, steps }] of store.executions) {
    const name = world.nameOf(id)
    if (executions.has(name)) problems.push(`${name} was started twice`)
    executions.set(name, {
      id,
      status,
      error,
      wasCancelled: cancelRequested,
      retriedAfter: retried.get(id) ?? null,
      refused: refused.get(id) ?? null,
      // Called off by a person or by limits, then retried; or its time ran out while it was resting.
      isApart: retried.get(id) === 'cancelled' || forgotten.has(id),
      replayOf: made.replayOf ?? null,
      steps: stepsOf(world, id, name),
      failures: [...steps.values()].flatMap(({ path, error, reused }) =>
        error === null || reused ? [] : [{ path, code: error.code }],
      ),
    })
  }
  const records = new Map<string, number>()
  for (const { pipeline, data } of recordsOf(world)) {
    if (pipeline !== PIPELINE) continue
    const place = String(data['place'])
    records.set(place, (records.get(place) ?? 0) + 1)
  }
  return { executions, records, problems }
}

function recordsOf({ database: { store } }: World) {
  const [any] = store.executions.values()
  return any === undefined ? [] : store.records(any.made.workspace).all()
}

function stepsOf(world: World, id: ExecutionId, name: string): Map<string, StepEnd> {
  const steps = new Map<string, StepEnd>()
  for (const stored of world.database.store.executions.get(id)?.steps.values() ?? []) {
    const { reused: isReused, superseded, ...record } = stored
    const { node, path, status, attempt } = record
    const place = `${node}@${path}`
    if (superseded || (steps.get(place)?.record.attempt ?? 0) > attempt) continue
    const type = world.nodeOf(id, node)?.type ?? ''
    const text = textOf(record, name)
    steps.set(place, { node, type, path, status, text, isReused, record })
  }
  return steps
}
