import { describe, expect, it } from 'vitest'
import { LiveExecutions } from '#lib/executions/live-executions.svelte.ts'
import { restrictedTopics } from '#lib/executions/restricted-topics.ts'
import { execution, executionId, Rehearsal, settled } from './executions-source.ts'

async function following(rehearsal: Rehearsal, filter = {}): Promise<LiveExecutions> {
  const list = new LiveExecutions(rehearsal, { workflow: 'workflow' }, { filter })
  list.start()
  rehearsal.join()
  await settled()
  return list
}

const numbers = (list: LiveExecutions) => list.rows.map(({ id }) => Number(id.slice(-12)))

describe('a list of executions that is followed live', () => {
  it('shows a new one on top as soon as it is told', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1), execution(2)]
    const list = await following(rehearsal)
    rehearsal.tell(execution(3, { status: 'running', finished_at: null }))
    expect(numbers(list)).toEqual([3, 2, 1])
    expect(rehearsal.topics).toEqual(['workflow:workflow'])
  })

  it('shows what there is also when the channel never comes up', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    const list = new LiveExecutions(rehearsal, { workflow: 'workflow' })
    list.start()
    await settled()
    expect([list.loaded, list.state, list.rows.length]).toEqual([true, 'connecting', 1])
  })

  it('changes one in its place when its status changes', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'running', finished_at: null }), execution(2)]
    const list = await following(rehearsal)
    rehearsal.tell(execution(1, { status: 'failed' }))
    expect(list.rows.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
  })

  it('takes one out that no longer fits the filter', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1, { status: 'running', finished_at: null })]
    const list = await following(rehearsal, { status: 'running' })
    rehearsal.tell(execution(1))
    expect(list.rows).toEqual([])
  })

  it('goes on to older ones page by page, none twice and none left out', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = Array.from({ length: 120 }, (_, n) => execution(n + 1))
    const list = await following(rehearsal)
    expect([list.rows.length, list.more]).toEqual([50, true])
    await list.loadMore()
    rehearsal.tell(execution(121))
    await list.loadMore()
    expect(numbers(list)).toEqual(Array.from({ length: 121 }, (_, n) => 121 - n))
    expect(list.more).toBe(false)
  })

  it('lets the oldest give way when more is told than anybody reads', async () => {
    const rehearsal = new Rehearsal()
    const list = await following(rehearsal)
    for (let n = 1; n <= 700; n++) rehearsal.tell(execution(n))
    await expect.poll(() => list.rows.length).toBe(500)
    expect(list.rows[0]?.id).toBe(executionId(700))
    expect(list.more).toBe(true)
  })

  it('leaves an answer aside that belongs to an earlier question', async () => {
    const rehearsal = new Rehearsal()
    rehearsal.held = [execution(1)]
    const list = await following(rehearsal)
    let arrive = () => {}
    rehearsal.delay = new Promise((resolve) => (arrive = resolve))
    const stale = list.refetch()
    rehearsal.delay = undefined
    rehearsal.held = [execution(2)]
    await list.show({ status: 'succeeded' })
    arrive()
    await stale
    expect(numbers(list)).toEqual([2])
  })
})

describe('executions of workflows for some members', () => {
  const all = [
    { id: 'a', is_restricted: false },
    { id: 'b', is_restricted: true },
  ]

  it('are heard of on a topic of their own, by whoever may hear it', () => {
    expect(restrictedTopics('w', 'owner', all)).toEqual(['restricted:w'])
    expect(restrictedTopics('w', 'viewer', all)).toEqual(['workflow:b'])
    expect(restrictedTopics('w', 'owner', all.slice(0, 1))).toEqual([])
  })

  it('show in the same list', async () => {
    const rehearsal = new Rehearsal()
    const also = ['restricted:w']
    const list = new LiveExecutions(rehearsal, { workspace: 'w' }, { also })
    const stop = list.start()
    expect(rehearsal.topics).toEqual(['workspace:w', 'restricted:w'])
    rehearsal.join()
    await settled()
    rehearsal.tell(execution(1))
    expect(numbers(list)).toEqual([1])
    stop()
    expect(rehearsal.listening).toBe(0)
  })
})
