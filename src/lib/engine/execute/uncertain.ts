import { StepFailure, Uncertain } from '../errors.ts'

/** The attempt of a process that died. */
export const interrupted = (): Uncertain =>
  new Uncertain({
    code: 'step.interrupted',
    title: 'This attempt was interrupted',
    detail: 'The process that made it stopped in the middle, so nobody knows how far it came.',
    hint: 'It is made again with the same key, by which the other side can tell the repeat.',
  })

/** Nobody knows whether it happened, and it must not happen twice. */
export const outcomeUnknown = (cause: Uncertain): StepFailure =>
  new StepFailure({
    code: 'step.outcome_unknown',
    title: 'It is unclear whether this happened',
    detail: cause.detail,
    hint: 'Look on the other side whether it arrived. Then retry this step, or go on by hand.',
    retryable: false,
    cause,
  })

/** The same step was interrupted again and again. */
export const keepsBreaking = (times: number): StepFailure =>
  new StepFailure({
    code: 'step.keeps_breaking',
    title: 'This step was interrupted again and again',
    detail: `The process stopped ${times} times while this step was under way.`,
    hint: 'It may need too much memory or time. Give it less to do at once.',
    retryable: false,
  })
