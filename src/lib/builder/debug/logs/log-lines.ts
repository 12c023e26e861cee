import { stepKey, type Step } from '#lib/executions/rows.ts'
import { plain } from '#lib/ui/choice.ts'
import { durationWords } from '#lib/ui/moment.ts'
import type { Drawing } from '../drawing.ts'
import { itemNumbers } from '../step-tree.ts'
import { texts } from './texts.ts'

export type LogLevel = 'info' | 'warning' | 'problem'

/** One line of what happened in an execution. */
export interface LogLine {
  id: string
  at: string
  level: LogLevel
  step: Step
  /** The step's name, and its items in loops. */
  title: string
  message: string
}

/** What all steps did and wrote down, in the order of time; what was passed over did nothing. */
export function logLines(steps: readonly Step[], drawing: Drawing): LogLine[] {
  // The database and browsers write a moment in different ways: what counts is which it is.
  const timed = steps
    .flatMap((step) => linesOf(step, drawing))
    .map((line) => ({ line, moment: Date.parse(line.at) }))
  timed.sort((one, other) => one.moment - other.moment || one.line.step.seq - other.line.step.seq)
  return timed.map(({ line }) => line)
}

function linesOf(step: Step, drawing: Drawing): LogLine[] {
  if (step.status === 'skipped') return []
  const items = itemNumbers(step.path).map(texts.item)
  const title = [drawing.title(step.node_id), ...items].join(', ')
  const line = (what: string, at: string, level: LogLevel, message: string): LogLine => ({
    ...{ id: `${stepKey(step)}/${what}`, at, level, step, title, message },
  })
  const written = (step.logs ?? []).map(({ at, level, message }, index) =>
    line(String(index), at, level, message),
  )
  const begun = line('begun', step.started_at, 'info', texts.begun(step.attempt))
  return [begun, ...written, ...endOf(step, line)]
}

function endOf(
  step: Step,
  line: (what: string, at: string, level: LogLevel, message: string) => LogLine,
): LogLine[] {
  const { status, error, finished_at: at } = step
  if (status === 'waiting') return [line('end', step.started_at, 'info', texts.waits)]
  if (at === null) return []
  const took = durationWords(Date.parse(at) - Date.parse(step.started_at))
  if (status === 'failed') {
    const level = step.port === null ? 'problem' : 'warning'
    const why = error ? `${error.title}${error.detail ? `: ${error.detail}` : ''}` : texts.failed
    return [line('end', at, level, why)]
  }
  return [line('end', at, 'info', status === 'cancelled' ? texts.cancelled : texts.done(took))]
}

/** What somebody wants to see of the lines. */
export interface LogFilter {
  /** This and what is worse. */
  level: LogLevel
  /** Id of a node; empty for all. */
  node: string
  typed: string
}

const RANK: Record<LogLevel, number> = { info: 0, warning: 1, problem: 2 }

/** The lines that fit. */
export function filtered(lines: readonly LogLine[], filter: LogFilter): LogLine[] {
  const wanted = plain(filter.typed.trim())
  return lines.filter(
    ({ level, step, title, message }) =>
      RANK[level] >= RANK[filter.level] &&
      (filter.node === '' || step.node_id === filter.node) &&
      (wanted === '' || plain(`${title} ${message}`).includes(wanted)),
  )
}
