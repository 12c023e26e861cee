import { z } from 'zod'
import { ConfigProblem } from '../../errors.ts'
import { parseMoment } from '../../time/moment.ts'
import { defineNode, finish, suspend } from '../define-node.ts'
import { field } from '../fields.ts'

const SECONDS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const
const TEN_YEARS = 3653 * 86_400_000

const sleep = (until: number) => suspend(until, { until })
const woken = (until: number) => finish({ waited_until: new Date(until).toISOString() })

/** Waits in the database, for a while or until a moment; nothing runs meanwhile. */
export const delay = defineNode({
  type: 'logic.delay',
  version: 1,
  category: 'logic',
  title: 'Delay',
  description: 'Waits for a while, or until a date, before the next step.',
  icon: 'timer',
  effect: 'suspending',
  readOnly: true,
  config: z.object({
    mode: field
      .select({ label: 'Wait' }, [
        { value: 'for', label: 'For some time' },
        { value: 'until', label: 'Until a date' },
      ])
      .default('for'),
    duration: field
      .duration({ label: 'How long', showWhen: { field: 'mode', is: ['for'] } })
      .default({ amount: 5, unit: 'minutes' }),
    until: field
      .template({
        label: 'Until',
        hint: 'A date like 2026-11-23 or 2026-11-23 09:00, in the time zone of the workspace.',
        showWhen: { field: 'mode', is: ['until'] },
        required: true,
      })
      .optional(),
  }),
  output: z.object({ waited_until: z.string() }),
  sample: { waited_until: '2026-11-23T09:00:00.000Z' },
  run({ mode, duration, until = '' }, { clock, workspace }) {
    const now = clock.now()
    const wanted =
      mode === 'for'
        ? now + duration.amount * SECONDS[duration.unit] * 1000
        : parseMoment(until, workspace.timeZone)?.at
    if (wanted === undefined) {
      throw new ConfigProblem({
        code: 'delay.not_a_date',
        title: 'This is not a date',
        detail: `"${until.slice(0, 100)}" cannot be read as a date.`,
        hint: 'Write a date like 2026-11-23 or 2026-11-23 09:00.',
        field: 'until',
      })
    }
    if (wanted - now > TEN_YEARS) {
      throw new ConfigProblem({
        code: 'delay.too_long',
        title: 'This delay is too long',
        detail: 'It would last more than ten years.',
        hint: 'Choose a shorter time.',
        field: mode === 'for' ? 'duration' : 'until',
      })
    }
    // A moment that has passed is no reason to wait.
    return wanted <= now ? woken(wanted) : sleep(wanted)
  },
  resume(_config, state, { clock }) {
    const until = z.object({ until: z.number() }).parse(state).until
    return clock.now() >= until ? woken(until) : sleep(until)
  },
})
