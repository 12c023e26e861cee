import type { Data } from '../data.ts'
import { suspend, type Suspended } from '../nodes/define-node.ts'
import { INTERRUPTED } from '../run/progress.ts'
import type { RunState, Step } from '../run/state.ts'
import type { Delivery, ErrorData } from '../store.ts'

/*
 * What acted outside, and nobody knows whether it did: the step sleeps, and a person says.
 *
 *   happened   the step has succeeded, with what came back as far as the person knows it
 *   again      it came to nothing: another attempt, with the same key
 *   failed     nobody can tell, or it doesn't matter: the step has failed, as it would have without the question
 */

/** What a person can say of an attempt whose outcome is unclear. */
export type Verdict = 'happened' | 'again' | 'failed'

/** Puts a step to sleep until a person has said what became of the attempt. `cause`: why nobody knows. */
export const questionAbout = ({ attempt, node }: Step, cause: ErrorData): Suspended =>
  suspend(
    null,
    { cause: { ...cause } },
    // Named after the attempt: what somebody says about one must not be taken for another.
    { waits: [{ kind: 'verdict', key: String(attempt), data: { title: node.title } }] },
  )

/** What a person has said. What nobody can have said counts as the one thing that repeats nothing and claims nothing. */
export function verdictIn(deliveries: readonly Delivery[]): {
  verdict: Verdict
  output: Data
  by: string
} {
  const said = deliveries.find(({ kind }) => kind === 'verdict')?.data ?? null
  const verdict = textIn(said, 'verdict')
  return {
    verdict: verdict === 'happened' || verdict === 'again' ? verdict : 'failed',
    output: fieldIn(said, 'output'),
    by: textIn(said, 'by'),
  }
}

/** What an execution that falls asleep asks, if one of its steps asks something: lists of executions show it. */
export function questionIn({ waiting }: Pick<RunState, 'waiting'>): ErrorData | null {
  for (const { record } of waiting) {
    if (record?.status === 'waiting' && record.error !== null) return record.error
  }
  return null
}

/** Why nobody knows what became of the attempt, as it was when the question was asked. */
export function causeIn(progress: Data): Pick<ErrorData, 'code' | 'title' | 'detail' | 'hint'> {
  const cause = fieldIn(progress, 'cause')
  const hint = textIn(cause, 'hint')
  return {
    code: textIn(cause, 'code') || INTERRUPTED,
    title: textIn(cause, 'title'),
    detail: textIn(cause, 'detail'),
    ...(hint === '' ? {} : { hint }),
  }
}

/** For the step's log: who said what. */
export const saidBy: Readonly<Record<Verdict, (by: string) => string>> = {
  happened: (by) => `${by || 'Somebody'} has looked: it happened.`,
  again: (by) => `${by || 'Somebody'} has looked: it did not happen, and is done again.`,
  failed: (by) => `${by || 'Somebody'} has decided that this step counts as failed.`,
}

const fieldIn = (data: Data, name: string): Data =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? (data[name] ?? null) : null

const textIn = (data: Data, name: string): string => {
  const value = fieldIn(data, name)
  return typeof value === 'string' ? value : ''
}
