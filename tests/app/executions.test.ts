import { describe, expect, test } from 'vitest'
import { filterFrom, filterQuery, fits, idFloor } from '#lib/executions/filter.ts'
import { isLeftOut, leftOut, stepKey, type Execution } from '#lib/executions/rows.ts'
import { tookWords } from '#lib/executions/took.ts'
import { triggerLook } from '#lib/executions/triggers.ts'
import { statusTone, statusWord } from '#lib/ui/status.ts'

const at = (iso: string) => `${idFloor(Date.parse(iso)).slice(0, -4)}0001`

const execution = (part: Partial<Execution> = {}): Execution => ({
  id: at('2026-11-23T12:00:00'),
  workspace_id: 'ws',
  workflow_id: 'wf',
  version_id: 'v',
  trigger_node: 'hook',
  trigger_kind: 'trigger.webhook',
  mode: 'live',
  status: 'failed',
  wake_at: null,
  cancel_requested_at: null,
  error: null,
  paused_at: null,
  replay_of: null,
  started_by: null,
  created_at: '2026-11-23T12:00:00Z',
  finished_at: null,
  ...part,
})

describe('the filter of the history', () => {
  test('survives the way through the address', () => {
    const filter = {
      workflow: '0b6bec74-43d5-4efc-8b08-8e14f2e38751',
      status: 'failed',
      trigger: 'trigger.webhook',
      from: '2026-11-01',
      to: '2026-11-23',
    } as const
    expect(filterFrom(new URLSearchParams(filterQuery(filter)))).toEqual(filter)
  })

  test('leaves out what makes no sense instead of failing', () => {
    const filter = filterFrom(new URLSearchParams('status=great&from=yesterday&workflow=1;drop'))
    expect(filterQuery(filter)).toBe('')
  })

  test('takes days as the viewer’s, the last one included', () => {
    const day = { from: '2026-11-23', to: '2026-11-23' }
    expect(fits(execution({ id: at('2026-11-23T00:00:00') }), day)).toBe(true)
    expect(fits(execution({ id: at('2026-11-23T23:59:59') }), day)).toBe(true)
    expect(fits(execution({ id: at('2026-11-22T23:59:59') }), day)).toBe(false)
    expect(fits(execution({ id: at('2026-11-24T00:00:00') }), day)).toBe(false)
  })

  test('tells of an execution that went on whether it still belongs here', () => {
    expect(fits(execution({ status: 'running' }), { status: 'running' })).toBe(true)
    expect(fits(execution({ status: 'succeeded' }), { status: 'running' })).toBe(false)
    expect(fits(execution(), { trigger: 'trigger.schedule' })).toBe(false)
  })

  test('knows the smallest id of a moment, as the database does', () => {
    expect(idFloor(Date.parse('2026-11-23T09:00:00.000Z'))).toBe(
      '01a207a2-3280-7000-8000-000000000000',
    )
  })
})

describe('statuses', () => {
  test('have a word and a tone', () => {
    expect(statusWord('timed_out')).toBe('Timed out')
    expect(statusTone('failed')).toBe('bad')
    expect(statusTone('live')).toBe('good')
  })
})

describe('an execution in words', () => {
  test('a finished one tells how long it took', () => {
    const words = tookWords(execution({ finished_at: '2026-11-23T12:01:30Z' }), 0)
    expect(words).toBe('1 min 30 s')
  })

  test('one that was over when it was first written was done at once', () => {
    const { created_at: accepted } = execution({})
    expect(tookWords(execution({ finished_at: accepted }), 0)).toBe('at once')
  })

  test('a running one tells how long it takes so far', () => {
    const now = Date.parse('2026-11-23T12:00:05Z')
    expect(tookWords(execution({ status: 'running' }), now)).toBe('5.0 s so far')
  })

  test('a trigger that is new since this was written gets its plain name', () => {
    expect(triggerLook('trigger.form_sent').word).toBe('Form sent')
  })
})

describe('steps', () => {
  test('are told apart by node, place in the loops and attempt', () => {
    const key = (path: string, attempt: number) => stepKey({ node_id: 'n', path, attempt })
    expect(new Set([key('', 1), key('', 2), key('each:1', 1)]).size).toBe(3)
  })

  test('a value that was left out is known as such, and an ordinary one isn’t', () => {
    expect(isLeftOut(leftOut)).toBe(true)
    expect(isLeftOut({ name: 'Ada' })).toBe(false)
    expect(isLeftOut(null)).toBe(false)
  })
})
