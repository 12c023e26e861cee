import type { Execution, ExecutionStatus } from './rows.ts'

/** Which executions somebody wants to see. Days are of the viewer's time zone, as 2026-11-23. */
export interface ExecutionFilter {
  workflow?: string | undefined
  status?: ExecutionStatus | undefined
  /** A trigger's kind, e.g. trigger.webhook. */
  trigger?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** All statuses, in the order of an execution’s life. */
export const executionStatuses: readonly ExecutionStatus[] = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
]

/** Reads a filter from a page's address; what makes no sense is left out. */
export function filterFrom(asked: { get: (name: string) => string | null }): ExecutionFilter {
  const day = (name: string) => {
    const text = asked.get(name)
    return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
      ? text
      : undefined
  }
  const workflow = asked.get('workflow') ?? ''
  const trigger = asked.get('trigger') ?? ''
  return {
    workflow: /^[0-9a-f-]{36}$/.test(workflow) ? workflow : undefined,
    status: executionStatuses.find((status) => status === asked.get('status')),
    trigger: /^trigger\.[a-z_]+$/.test(trigger) ? trigger : undefined,
    from: day('from'),
    to: day('to'),
  }
}

/** Writes a filter for a page's address: '' or '?status=failed&…'. */
export function filterQuery(filter: ExecutionFilter): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) if (value) asked.set(name, value)
  const text = asked.toString()
  return text === '' ? '' : `?${text}`
}

/** Whether an execution is one of those asked for. */
export function fits(execution: Execution, filter: ExecutionFilter): boolean {
  const { from, before } = idSpan(filter)
  return (
    (filter.workflow === undefined || execution.workflow_id === filter.workflow) &&
    (filter.status === undefined || execution.status === filter.status) &&
    (filter.trigger === undefined || execution.trigger_kind === filter.trigger) &&
    (from === undefined || execution.id >= from) &&
    (before === undefined || execution.id < before)
  )
}

/**
 * The ids of the days asked for: executions carry their time in their ids, so that the database needs to look only at
 * those days' partitions.
 */
export function idSpan(filter: Pick<ExecutionFilter, 'from' | 'to'>): {
  from: string | undefined
  before: string | undefined
} {
  return {
    from: filter.from === undefined ? undefined : idFloor(startOfDay(filter.from, 0)),
    before: filter.to === undefined ? undefined : idFloor(startOfDay(filter.to, 1)),
  }
}

/** Midnight where the viewer is; the day after it with `later` = 1. */
function startOfDay(day: string, later: number): number {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + later).getTime()
}

/** The smallest version 7 uuid of a moment: 48 bits of milliseconds come first. */
export function idFloor(milliseconds: number): string {
  const time = Math.max(0, Math.floor(milliseconds)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** Whether all that fit have ended without success, so that running them once more makes sense. */
export const isReplayable = ({ status }: ExecutionFilter): boolean =>
  status === 'failed' || status === 'cancelled' || status === 'timed_out'
