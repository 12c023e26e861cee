import { isFinished, stepKey, type Execution, type Step } from '#lib/executions/rows.ts'
import { statusWord } from '#lib/ui/status.ts'
import type { Drawing } from './drawing.ts'
import { texts } from './texts.ts'
import { executionTookOf } from './took.ts'

/** What is said to screen readers while an execution goes on: only what is new since it was asked last. */
export class Announcements {
  #execution = ''
  #ended = false
  #done = new Set<string>()

  /** The next thing to say; nothing when nothing new was done. What was done before somebody looked isn't said. */
  next(execution: Execution | null, steps: readonly Step[], drawing: Drawing): string | undefined {
    if (!execution) return undefined
    const done = steps.filter(({ finished_at: at }) => at !== null)
    const isNew = execution.id !== this.#execution
    const fresh = isNew ? [] : done.filter((step) => !this.#done.has(stepKey(step)))
    const endsNow = isFinished(execution.status) && !this.#ended && !isNew
    this.#execution = execution.id
    this.#ended = isFinished(execution.status)
    this.#done = new Set(done.map(stepKey))
    const sentences = [stepsSentence(fresh, drawing)]
    if (endsNow) sentences.push(endSentence(execution, steps))
    return sentences.filter((sentence) => sentence !== undefined).join(' ') || undefined
  }
}

function stepsSentence(fresh: readonly Step[], drawing: Drawing): string | undefined {
  const last = fresh.at(-1)
  if (!last) return undefined
  const title = drawing.title(last.node_id)
  const status = statusWord(last.status).toLowerCase()
  return fresh.length === 1
    ? texts.announce.step(last.seq, title, status)
    : texts.announce.steps(fresh.length, title, status)
}

function endSentence(execution: Execution, steps: readonly Step[]): string {
  const took = executionTookOf(execution, steps)
  const { status } = execution
  return texts.announce.execution(statusWord(status).toLowerCase(), took)
}
