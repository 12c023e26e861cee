import { describe, expect, it } from 'vitest'
import { StepFailure } from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { callNode, each, pureNode, set } from './test-nodes.ts'

const many = (count: number) => Array.from({ length: count }, (_, index) => index)

describe('the number of steps', () => {
  const loop = (maxSteps: number) =>
    draw(
      {
        start: 'trigger.manual',
        loop: each('{{ trigger.list }}'),
        body: set('{{ item }}'),
        end: set(1),
      },
      ['start -> loop', 'loop:each -> body', 'loop:done -> end'],
      { maxSteps },
    )

  it('is limited by the settings of the workflow, with a problem that says so', async () => {
    const b = bench()
    const { outcome, execution } = await b.run(loop(50), { list: many(200) })
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'execution.too_many_steps', retryable: false },
    })
    expect(b.steps(execution).length).toBeLessThanOrEqual(51)
    expect(b.steps(execution).find((step) => step.node === 'loop')?.status).toBe('cancelled')
  })

  it('is no matter for those that stay below', async () => {
    const { outcome } = await bench().run(loop(203), { list: many(200) })
    expect(outcome.status).toBe('succeeded')
  })

  it('counts on after a wait, attempts included', async () => {
    let crash = true
    const call = callNode((_, context) => {
      if (crash && context.attempt === 1) {
        crash = false
        throw new StepFailure({ code: 'test.busy', title: 'Busy', detail: '', retryable: true })
      }
      return 1
    })
    const b = bench([call])
    const drawn = draw(
      {
        start: 'trigger.manual',
        a: set(1),
        ask: { type: 'test.call', retry: { attempts: 2, backoff: 'fixed', delaySeconds: 60 } },
        c: set(1),
        d: set(1),
      },
      ['start -> a -> ask -> c -> d'],
      { maxSteps: 5 },
    )
    const first = await b.run(drawn)
    expect(first.outcome.status).toBe('waiting')
    const outcome = await b.toTheEnd(first.execution)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'execution.too_many_steps' } })
  })
})

describe('the size of what a step yields', () => {
  it('is limited, with a problem that names the step', async () => {
    const b = bench([pureNode(() => 'x'.repeat(4_000_000))])
    const { outcome } = await b.run(
      draw({ start: 'trigger.manual', big: 'test.pure' }, ['start -> big']),
    )
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'step.output_too_large', node: 'big' },
    })
  })

  it('of what goes in is not kept when it is very large, and the step runs all the same', async () => {
    const b = bench([pureNode(() => 1)])
    const { outcome, steps } = await b.run(
      draw(
        {
          start: 'trigger.manual',
          big: { type: 'test.pure', config: { value: '{{ trigger.text }}' } },
        },
        ['start -> big'],
      ),
      { text: 'x'.repeat(300_000) },
    )
    expect(outcome.status).toBe('succeeded')
    expect(steps['big']?.input).toEqual({ 'weft:left_out': true })
  })
})
