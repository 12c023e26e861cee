import { describe, expect, it } from 'vitest'
import { LiveExecution } from '#lib/executions/live-execution.svelte.ts'
import { leftOut } from '#lib/executions/rows.ts'
import { execution, executionId, Rehearsal, settled, step } from './executions-source.ts'

async function following(rehearsal: Rehearsal): Promise<LiveExecution> {
  const live = new LiveExecution(rehearsal, executionId(1))
  live.start()
  rehearsal.join()
  await settled()
  return live
}

const statuses = (live: LiveExecution) => live.steps.map((one) => `${one.node_id} ${one.status}`)

describe('an execution that is followed live', () => {
  it('shows steps in the order they began, whatever order they arrive in', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'running', finished_at: null })]
    const live = await following(rehearsal)
    rehearsal.tell(step('second', 2))
    rehearsal.tell(step('first', 1))
    expect(statuses(live)).toEqual(['first succeeded', 'second succeeded'])
  })

  it('listens on its own topic and stops when told to', async () => {
    const rehearsal = new Rehearsal()
    const live = new LiveExecution(rehearsal, executionId(1))
    const stop = live.start()
    expect(rehearsal.topics).toEqual([`execution:${executionId(1)}`])
    stop()
    expect(rehearsal.listening).toBe(0)
  })

  it('shows what there is also when the channel never comes up', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    rehearsal.heldSteps = [step('mail', 1)]
    const live = new LiveExecution(rehearsal, executionId(1))
    live.start()
    await settled()
    expect([live.loaded, live.state, live.steps.length]).toEqual([true, 'connecting', 1])
  })

  it('never shows a step that finished as running again by a late message', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    rehearsal.heldSteps = [step('mail', 1)]
    const live = await following(rehearsal)
    rehearsal.tell(step('mail', 1, { status: 'running' }))
    expect(statuses(live)).toEqual(['mail succeeded'])
  })

  it('never takes back that it succeeded', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    const live = await following(rehearsal)
    rehearsal.tell(execution(1, { status: 'running', finished_at: null }))
    expect(live.execution?.status).toBe('succeeded')
  })

  it('shows a failed one as running again when somebody retries it', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'failed' })]
    const live = await following(rehearsal)
    rehearsal.tell(execution(1, { status: 'queued', finished_at: null }))
    expect(live.execution?.status).toBe('queued')
  })

  it('keeps what it was told while a fetch that knew less was on its way', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'running', finished_at: null })]
    rehearsal.heldSteps = [step('mail', 1, { status: 'running' })]
    const live = await following(rehearsal)
    let arrive = () => {}
    rehearsal.delay = new Promise((resolve) => (arrive = resolve))
    const fetching = live.refetch()
    rehearsal.tell(step('mail', 1))
    arrive()
    await fetching
    expect(statuses(live)).toEqual(['mail succeeded'])
  })

  it('fetches what it missed when the connection comes back', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'running', finished_at: null })]
    const live = await following(rehearsal)
    rehearsal.lose()
    expect(live.state).toBe('offline')
    rehearsal.held = [execution(1)]
    rehearsal.heldSteps = [step('mail', 1)]
    rehearsal.join()
    await settled()
    expect(live.state).toBe('live')
    expect(live.execution?.status).toBe('succeeded')
    expect(statuses(live)).toEqual(['mail succeeded'])
  })

  it('keeps each attempt and each round of a loop apart', async () => {
    const rehearsal = new Rehearsal()
    const live = await following(rehearsal)
    rehearsal.tell(step('mail', 1, { path: 'each:0', status: 'failed' }))
    rehearsal.tell(step('mail', 2, { path: 'each:0', attempt: 2 }))
    rehearsal.tell(step('mail', 3, { path: 'each:1' }))
    expect(live.steps).toHaveLength(3)
  })

  it('brings a value that was too large to be told, once', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    const live = await following(rehearsal)
    rehearsal.heldSteps = [step('http', 1, { output: { large: 'x' } })]
    rehearsal.tell(step('http', 1, { output: leftOut }))
    await live.load({ node_id: 'http', path: '', attempt: 1 })
    expect(live.steps[0]?.output).toEqual({ large: 'x' })
  })

  it('does not lose a loaded value to a later message or fetch without it', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    rehearsal.heldSteps = [step('http', 1, { output: { large: 'x' } })]
    const live = await following(rehearsal)
    rehearsal.tell(step('http', 1, { output: leftOut, superseded: true }))
    expect(live.steps[0]).toMatchObject({ output: { large: 'x' }, superseded: true })
    rehearsal.heldSteps = [step('http', 1, { output: leftOut, input: leftOut, logs: null })]
    await live.refetch()
    expect(live.steps[0]).toMatchObject({ output: { large: 'x' }, input: {}, logs: [] })
  })

  it('says in a sentence why a fetch failed, and keeps what it knew', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    rehearsal.heldSteps = [step('mail', 1)]
    const live = await following(rehearsal)
    rehearsal.failure = new TypeError('fetch failed')
    await live.refetch()
    expect(live.problem).toMatch(/can’t reach the server/)
    expect(live.steps).toHaveLength(1)
  })

  it('gathers the news of a long loop instead of showing each by itself', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.heldSteps = Array.from({ length: 300 }, (_, n) =>
      step('mail', n + 1, { path: `each:${n}` }),
    )
    const live = await following(rehearsal)
    rehearsal.tell(step('mail', 301, { path: 'each:300' }))
    rehearsal.tell(step('mail', 302, { path: 'each:301' }))
    expect(live.steps).toHaveLength(300)
    await expect.poll(() => live.steps.length).toBe(302)
  })
})
