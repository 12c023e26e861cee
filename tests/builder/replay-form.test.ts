import { describe, expect, it } from 'vitest'
import { ReplayForm } from '#lib/builder/debug/replay-form.svelte.ts'
import type { ReplayPlan, ReplayWish } from '#lib/executions/actions.ts'

const empty: ReplayPlan = { kept: [], not_repeated: [], uncertain: [], undecided: [], replays: [] }
const mail = { node: 'mail', title: 'Write to them' }
const call = { node: 'call', title: 'Ask them' }

/** A form whose server lists what isn't ticked, as the real one does. */
function filled(plan: Partial<ReplayPlan> = { not_repeated: [mail, call] }) {
  const asked: ReplayWish[] = []
  const form = new ReplayForm(async (wish) => {
    asked.push(wish)
    const listed = (steps: typeof empty.kept = []) =>
      steps.filter(({ node }) => !wish.repeat.includes(node))
    return {
      ok: true,
      value: {
        ...empty,
        ...plan,
        not_repeated: listed(plan.not_repeated),
        undecided: listed(plan.undecided),
      },
    }
  })
  return { form, asked }
}

describe('what is filled in for a replay', () => {
  it('repeats nothing by itself', async () => {
    const { form } = filled()
    await form.look()
    expect(form.deeds).toEqual([
      { ...mail, repeat: false },
      { ...call, repeat: false },
    ])
    expect(form.wish()).toEqual({ version: 'same', repeat: [] })
  })

  it('keeps a ticked step in sight, though the plan does not list it any more', async () => {
    const { form, asked } = filled()
    await form.look()
    form.tick(mail, true)
    await form.look()
    expect(asked.at(-1)?.repeat).toEqual(['mail'])
    expect(form.deeds).toEqual([
      { ...call, repeat: false },
      { ...mail, repeat: true },
    ])
    form.tick(mail, false)
    await form.look()
    expect(form.wish()).toEqual({ version: 'same', repeat: [] })
  })

  it('is held up by steps that only the person can decide about', async () => {
    const { form } = filled({ undecided: [mail] })
    await form.look()
    expect(form.undecided).toEqual([mail])
    form.tick(mail, true)
    await form.look()
    expect(form.undecided).toEqual([])
    expect(form.deeds).toEqual([{ ...mail, repeat: true }])
  })

  it('takes other data from the beginning only, and says when it cannot be read', async () => {
    const { form } = filled()
    form.data = 'other'
    form.text = '{"name": "Ada"}'
    expect(form.wish()).toMatchObject({ triggerData: { name: 'Ada' } })
    form.text = '{"name": '
    expect(form.wish()).toMatch(/can’t be read/)
    form.from = 'mail'
    expect(form.wish()).toEqual({ version: 'same', from: 'mail', repeat: [] })
  })

  it('shows what the server has to say', async () => {
    const form = new ReplayForm(async () => ({
      ok: false,
      problem: { code: 'x', title: 'No.', detail: 'Not now.', hint: 'Wait.' },
    }))
    await form.look()
    expect([form.plan, form.problem]).toEqual([null, 'No. Not now. Wait.'])
  })
})
