import { ConfigProblem, StepFailure, Uncertain } from '../errors.ts'
import { INTERRUPTED } from '../run/progress.ts'
import type { ErrorData } from '../store.ts'
import { toText } from '../template/coerce.ts'

/** Every sentence that running an execution can say, in one place. */
export const problems = {
  /** The attempt of a process that died. */
  interrupted: (): Uncertain =>
    new Uncertain({
      code: INTERRUPTED,
      title: 'This attempt was interrupted',
      detail: 'The process that made it stopped in the middle, so nobody knows how far it came.',
      hint: 'It is made again with the same key, by which the other side can tell the repeat.',
    }),

  /** Nobody knows whether it happened, and it must not happen twice. */
  outcomeUnknown: (cause: Uncertain): StepFailure =>
    new StepFailure({
      code: 'step.outcome_unknown',
      title: 'It is unclear whether this happened',
      detail: cause.detail,
      hint: 'Look on the other side whether it arrived. Then retry this step, or go on by hand.',
      retryable: false,
      cause,
    }),

  /** Nobody knows whether it happened, and a person is to say. */
  unclear: (cause: Uncertain): Uncertain =>
    new Uncertain({
      code: 'step.unclear',
      title: 'It is unclear whether this happened',
      detail: cause.detail,
      hint: 'Look on the other side whether it arrived, then say so here. The execution waits until somebody does.',
      cause,
    }),

  keepsBreaking: (times: number): StepFailure =>
    new StepFailure({
      code: 'step.keeps_breaking',
      title: 'This step was interrupted again and again',
      detail: `The process stopped ${times} times while this step was under way.`,
      hint: 'It may need too much memory or time. Give it less to do at once.',
      retryable: false,
    }),

  tookTooLong: (limitMs: number): StepFailure =>
    new StepFailure({
      code: 'step.timed_out',
      title: 'This step took too long',
      detail: `It was not done after ${limitMs / 1000} seconds.`,
      hint: 'Allow more time in the settings of the step, or let it try again.',
      retryable: true,
    }),

  outputTooLarge: (limit: number): StepFailure =>
    new StepFailure({
      code: 'step.output_too_large',
      title: 'This step yields too much',
      detail: `Its output is larger than ${limit / 1_000_000} MB.`,
      hint: 'Ask for less at once, or keep only the fields that later steps need.',
      retryable: false,
    }),

  notAList: (value: unknown): ConfigProblem =>
    new ConfigProblem({
      code: 'for_each.not_a_list',
      title: 'This is not a list',
      detail: `"For each" needs a list, but got ${value == null ? 'an empty value' : `"${toText(value).slice(0, 60)}"`}.`,
      hint: 'Pick a variable that holds a list, for example the records that an earlier step found.',
      field: 'items',
    }),

  tooDeep: (most: number): StepFailure =>
    new StepFailure({
      code: 'execution.too_deep',
      title: 'Workflows call one another without an end',
      detail: `This workflow was called by another one, which was called itself, and so on: ${most} times in a row.`,
      hint: 'Look for a workflow that calls itself, directly or through others, and give it a condition to stop.',
      retryable: false,
    }),

  tooManyChildren: (most: number): StepFailure =>
    new StepFailure({
      code: 'execution.too_many_children',
      title: 'Too many workflows were called',
      detail: `This execution has called other workflows ${most.toLocaleString('en')} times, which is as often as one execution may.`,
      hint: 'Look for a loop over more items than you meant, or hand several items over with one call.',
      retryable: false,
    }),

  noTrigger: (): ConfigProblem =>
    new ConfigProblem({
      code: 'execution.no_trigger',
      title: 'The trigger is gone',
      detail:
        'The step at which this execution should start is not in this version of the workflow.',
      hint: 'Publish the workflow again and start it anew.',
    }),
}

/** The error of an execution that has more steps than it may have. */
export const tooManySteps = (most: number): ErrorData => ({
  code: 'execution.too_many_steps',
  title: 'The workflow has taken too many steps',
  detail: `It was stopped after ${most.toLocaleString('en')} steps.`,
  hint: 'Look for a loop over more items than you meant, or let more steps happen in the settings of the workflow.',
  retryable: false,
})

/** The error of an execution that took longer than its workflow allows. */
export const EXECUTION_TIMED_OUT: ErrorData = {
  code: 'execution.timed_out',
  title: 'The workflow took too long',
  detail: 'It was stopped because it was not done within the time that its settings allow.',
  hint: 'Allow more time in the settings of the workflow, or find the step that takes so long.',
  retryable: false,
}
