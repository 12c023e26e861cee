import { describe, expect, it } from 'vitest'
import {
  ConfigProblem,
  EngineFault,
  errorData,
  StepFailure,
  toWeftError,
  Uncertain,
  WeftError,
} from '../../src/lib/engine/errors.ts'

const explanation = { code: 'x.y', title: 'A title', detail: 'A detail.' }

describe('errors', () => {
  it('say whether trying again may help', () => {
    expect(new ConfigProblem(explanation).retryable).toBe(false)
    expect(new Uncertain(explanation).retryable).toBe(false)
    expect(new EngineFault('it broke').retryable).toBe(false)
    const failure = new StepFailure({ ...explanation, retryable: true, retryAfterMs: 500 })
    expect([failure.retryable, failure.retryAfterMs]).toEqual([true, 500])
  })

  it('are stored with what a person needs, and nothing that is absent', () => {
    expect(errorData(new ConfigProblem(explanation))).toEqual({ ...explanation, retryable: false })
    expect(errorData(new ConfigProblem({ ...explanation, hint: 'Do it.', field: 'to' }))).toEqual({
      ...explanation,
      hint: 'Do it.',
      field: 'to',
      retryable: false,
    })
  })

  it('stay what they are, and anything else becomes a fault of ours', () => {
    const problem = new ConfigProblem(explanation)
    expect(toWeftError(problem)).toBe(problem)
    for (const thrown of [new TypeError('x is undefined'), 'text', undefined, null, 5]) {
      const fault = toWeftError(thrown)
      expect(fault).toBeInstanceOf(WeftError)
      expect(fault.code).toBe('engine.fault')
    }
  })

  it('can be told of the field they are about without losing anything', () => {
    const problem = new ConfigProblem({
      ...explanation,
      hint: 'h',
      variable: 'a.b',
      nearest: 'a.c',
    })
    expect(problem.inField('subject')).toMatchObject({
      ...{ ...explanation, hint: 'h', variable: 'a.b', nearest: 'a.c' },
      field: 'subject',
    })
  })
})
