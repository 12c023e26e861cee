import { describe, expect, it } from 'vitest'
import { Announcements } from '#lib/builder/debug/announcements.ts'
import { shownStep } from '#lib/builder/debug/choose-step.ts'
import { consequencesOfRetry } from '#lib/builder/debug/consequences.ts'
import { ownProblemOf, whyNotRun, whySkipped } from '#lib/builder/debug/reasons.ts'
import { standing, treeRows } from '#lib/builder/debug/step-tree.ts'
import { executionTookOf } from '#lib/builder/debug/took.ts'
import type { StoredProblem, Step } from '#lib/executions/rows.ts'
import { execution, step } from '../app/executions-source.ts'
import { drawing } from './debug-scene.ts'

const keyOf = (id: string) => drawing.node(id)?.key

/** The list of steps as one reads it, two spaces per level. */
function read(steps: Step[], chosen: Record<string, boolean> = {}, reached = ''): string[] {
  return treeRows(steps, keyOf, new Map(Object.entries(chosen)), reached).map((row) => {
    const words =
      row.kind === 'step'
        ? `${row.step.node_id}#${row.step.attempt}`
        : `item ${row.number} ${row.status}`
    return `${'  '.repeat(row.depth)}${words}`
  })
}

const problem = (differences: Partial<StoredProblem> = {}): StoredProblem => ({
  ...{ code: 'http.status', title: 'The server refused', detail: 'It answered 500.' },
  retryable: true,
  ...differences,
})

describe('the list of steps', () => {
  it('shows the rounds of a loop under the loop, in order of the items', () => {
    const steps = [
      step('hook', 1),
      step('each', 2, { status: 'running' }),
      step('mail', 3, { path: 'each:1' }),
      step('mail', 4, { path: 'each:0' }),
      step('after', 5),
    ]
    expect(read(steps)).toEqual([
      'hook#1',
      'each#1',
      '  item 1 succeeded',
      '    mail#1',
      '  item 2 succeeded',
      '    mail#1',
      'after#1',
    ])
  })

  it('shows a loop inside a loop, also where the outer round has no step of its own yet', () => {
    const steps = [
      step('each', 1, { status: 'running' }),
      step('inner', 2, { path: 'each:0', status: 'running' }),
      step('call', 3, { path: 'each:0/inner:0' }),
      step('call', 4, { path: 'each:1/inner:0', status: 'running' }),
    ]
    expect(read(steps)).toEqual([
      'each#1',
      '  item 1 running',
      '    inner#1',
      '      item 1 succeeded',
      '        call#1',
      '  item 2 running',
      '    item 1 running',
      '      call#1',
    ])
  })

  it('starts long loops folded, but opens the items that failed', () => {
    const steps = [
      step('each', 1),
      ...[0, 1, 2, 3].map((n) =>
        step('mail', n + 2, { path: `each:${n}`, status: n === 2 ? 'failed' : 'succeeded' }),
      ),
    ]
    expect(read(steps)).toEqual([
      'each#1',
      '  item 1 succeeded',
      '  item 2 succeeded',
      '  item 3 failed',
      '    mail#1',
      '  item 4 succeeded',
    ])
    expect(read(steps, { 'each:2': false, 'each:0': true })).toContain('    mail#1')
    expect(read(steps, { 'each:2': false })).not.toContain('    mail#1')
    expect(read(steps, { 'each@#1': false })).toEqual(['each#1'])
  })

  it('opens the rounds around the step that is looked at, unless somebody closed them', () => {
    const steps = [
      step('each', 1),
      ...[0, 1, 2, 3].map((n) => step('mail', n + 2, { path: `each:${n}` })),
    ]
    const folded = ['each#1', ...[1, 2, 3, 4].map((n) => `  item ${n} succeeded`)]
    expect(read(steps)).toEqual(folded)
    expect(read(steps, {}, 'each:1')).toEqual(folded.toSpliced(3, 0, '    mail#1'))
    expect(read(steps, { 'each:1': false }, 'each:1')).toEqual(folded)
  })

  it('shows every attempt, and the rounds of a loop only under its latest', () => {
    const steps = [
      step('each', 1, { status: 'failed', superseded: true }),
      step('mail', 2, { path: 'each:0' }),
      step('each', 3, { attempt: 2 }),
    ]
    expect(read(steps)).toEqual(['each#1', 'each#2', '  item 1 succeeded', '    mail#1'])
  })

  it('counts only the latest attempt for how a round stands', () => {
    const path = 'each:0'
    expect(
      standing([
        step('mail', 1, { path, status: 'failed' }),
        step('mail', 2, { path, attempt: 2 }),
      ]),
    ).toBe('succeeded')
  })

  it('stays quick with thousands of rounds', () => {
    const steps = [
      step('each', 1),
      ...Array.from({ length: 5000 }, (_, n) => step('mail', n + 2, { path: `each:${n}` })),
    ]
    const before = performance.now()
    expect(read(steps)).toHaveLength(5001)
    expect(performance.now() - before).toBeLessThan(1000)
  })
})

describe('the step whose details are shown', () => {
  const steps = [step('hook', 1), step('mail', 2, { status: 'failed' }), step('after', 3)]

  it('is the one that failed until somebody picks another', () => {
    expect(shownStep(steps, null, null)?.node_id).toBe('mail')
    expect(shownStep(steps, 'hook@#1', null)?.node_id).toBe('hook')
  })

  it('follows the selection in the drawing', () => {
    expect(shownStep(steps, 'hook@#1', 'after')?.node_id).toBe('after')
    expect(shownStep(steps, 'hook@#1', 'keep')).toBeNull()
  })

  it('keeps the picked item of a loop while its node is selected', () => {
    const rounds = [step('call', 1, { path: 'each:0' }), step('call', 2, { path: 'each:1' })]
    expect(shownStep(rounds, 'call@each:0#1', 'call')?.path).toBe('each:0')
  })
})

describe('why a step did not run', () => {
  const steps = [
    step('hook', 1),
    step('big', 2, { port: 'true' }),
    step('small', 3, { status: 'skipped', port: null }),
    step('after', 4, { status: 'skipped', port: null }),
  ]

  it('names the step that went another way', () => {
    expect(whySkipped(step('small', 3), steps, drawing)).toMatch(
      /“Is it big\?” went the way “.+”\./,
    )
  })

  it('names the step before it that did not run either', () => {
    expect(whySkipped(step('after', 4), steps, drawing)).toBe(
      'It comes after “Note it”, which did not run either.',
    )
  })

  it('says that it is switched off', () => {
    expect(whySkipped(step('off', 5), steps, drawing)).toMatch(/switched off/)
  })

  it('tells an execution that goes on from one that ended', () => {
    const running = execution(1, { status: 'running', trigger_node: 'hook' })
    expect(whyNotRun('mail', running, steps, drawing)).toBe('Not reached yet.')
    expect(whyNotRun('mail', { ...running, status: 'failed' }, steps, drawing)).toMatch(/ended/)
    expect(whyNotRun('other', running, steps, drawing)).toMatch(/another trigger/)
    expect(whyNotRun('gone', running, steps, drawing)).toMatch(/not in the version/)
  })

  it('names the step that failed before it', () => {
    const failed = [...steps, step('keep', 5, { status: 'failed' })]
    const ended = execution(1, { status: 'failed', trigger_node: 'hook' })
    expect(whyNotRun('mail', ended, failed, drawing)).toBe(
      '“Keep it” failed, so it was not reached.',
    )
  })
})

describe('what a retry or replay repeats', () => {
  it('says that an e-mail was already sent and will not be sent again', () => {
    const steps = [
      step('hook', 1),
      step('keep', 2),
      step('mail', 3),
      step('call', 4, { status: 'failed', error: problem() }),
    ]
    expect(consequencesOfRetry(steps, drawing)).toEqual({
      kept: [
        'What “Keep it” changed stays as it is and is not changed again.',
        'The e-mail of “Write to them” was already sent and will not be sent again.',
      ],
      again: ['“Tell the partner” is tried again.'],
      uncertain: [],
    })
  })

  it('warns where nobody knows whether it took effect', () => {
    const error = problem({ code: 'step.outcome_unknown' })
    const told = consequencesOfRetry([step('mail', 1, { status: 'failed', error })], drawing)
    expect(told.uncertain).toHaveLength(1)
    expect(told.again).toEqual([])
  })

  it('does not count a failed attempt that a later one made good, or one that the workflow dealt with', () => {
    const steps = [
      step('mail', 1, { status: 'failed', error: problem() }),
      step('mail', 2, { attempt: 2 }),
      step('call', 3, { status: 'failed', port: 'error', error: problem() }),
    ]
    expect(consequencesOfRetry(steps, drawing).again).toEqual([])
  })
})

describe('what is said to screen readers', () => {
  const running = execution(1, { status: 'running', finished_at: null })

  it('is each step that is done, and the end, but nothing from before one looked', () => {
    const said = new Announcements()
    const [hook, big] = [step('hook', 1), step('big', 2)]
    expect(said.next(running, [hook], drawing)).toBeUndefined()
    expect(said.next(running, [hook, big], drawing)).toBe('Step 2, Is it big?: succeeded.')
    expect(said.next(running, [hook, big], drawing)).toBeUndefined()
    expect(said.next(execution(1), [hook, big], drawing)).toBe(
      'The execution has ended: succeeded, after 1.2 s.',
    )
  })

  it('is one sentence for many steps at once', () => {
    const said = new Announcements()
    said.next(running, [], drawing)
    const steps = Array.from({ length: 40 }, (_, n) => step('mail', n + 1, { path: `each:${n}` }))
    expect(said.next(running, steps, drawing)).toBe(
      '40 steps more are done. The last one, Write to them: succeeded.',
    )
  })
})

describe('an execution that failed', () => {
  const problem = {
    ...{ code: 'definition.invalid', title: 'The workflow can’t be run', retryable: false },
    ...{ detail: 'A step is of a kind that is not known.', hint: 'Replace it.' },
  }

  it('says why itself when no step does', () => {
    expect(ownProblemOf({ error: problem }, [])).toBe(problem)
    expect(ownProblemOf({ error: problem }, [{ error: null }])).toBe(problem)
    expect(ownProblemOf({ error: problem }, [{ error: null }, { error: problem }])).toBeNull()
    expect(ownProblemOf({ error: null }, [])).toBeNull()
  })
})

describe('how long an execution took', () => {
  it('is read off its steps when it was over before it was first written', () => {
    const { created_at: accepted } = execution(1)
    const steps = [
      step('hook', 1, { finished_at: '2026-11-23T10:00:00.001Z' }),
      step('mail', 2, { finished_at: '2026-11-23T10:00:00.009Z' }),
    ]
    expect(executionTookOf({ created_at: accepted, finished_at: accepted }, steps)).toBe('9 ms')
    expect(executionTookOf(execution(1), steps)).toBe('1.2 s')
  })
})
