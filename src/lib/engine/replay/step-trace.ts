import type { NodeId } from '../ids.ts'
import type { StepRecord, StepStatus } from '../store.ts'

/** As much of a step's record as a replay needs to know, without what went in and came out. */
export interface StepTrace {
  node: NodeId
  path: string
  attempt: number
  seq: number
  status: StepStatus
  port: string | null
  errorCode: string | null
}

/** The trace of a whole record. */
export const traceOf = ({
  node,
  path,
  attempt,
  seq,
  status,
  port,
  error,
}: StepRecord): StepTrace => ({
  ...{ node, path, attempt, seq, status, port },
  errorCode: error?.code ?? null,
})

/** A step's place within its execution. */
export const placeKey = (node: NodeId, path: string): string => `${node}@${path}`

/** Of several attempts at one place, the last one says how it stands. */
export function latestOf(traces: readonly StepTrace[]): Map<string, StepTrace> {
  const latest = new Map<string, StepTrace>()
  for (const trace of traces) {
    const place = placeKey(trace.node, trace.path)
    const other = latest.get(place)
    if (other === undefined || other.attempt < trace.attempt) latest.set(place, trace)
  }
  return latest
}
