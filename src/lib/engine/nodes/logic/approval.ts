import { z } from 'zod'
import type { DataObject } from '../../data.ts'
import type { WaitRequest } from '../../store.ts'
import { SINGLE, defineNode, finish, suspend } from '../define-node.ts'
import { durationMs } from '../duration.ts'
import { field } from '../fields.ts'
import { patienceEnd, patienceFields, timeoutPort, timeUp } from './patience.ts'

const APPROVED = { name: 'approved', label: 'If approved' }
const REJECTED = { name: 'rejected', label: 'If rejected' }

const MOST_REMINDERS = 20

const decision = z.enum(['approved', 'rejected'])
const voice = z.object({ by: z.string(), decision, comment: z.string(), at: z.string() })
const decided = z.object({
  decision,
  decided_by: z.string(),
  comment: z.string(),
  decisions: z.array(voice),
})

const state = z.object({
  until: z.number().nullable(),
  /** When others are asked, too; absent when never. */
  escalateAt: z.number().nullable(),
  escalated: z.boolean(),
  /** When those who haven't decided are reminded next; absent when never (again). */
  remindAt: z.number().nullable().default(null),
  /** How many times they were. */
  reminders: z.number().default(0),
})
type State = z.infer<typeof state>

const config = z.object({
  title: field.template({
    label: 'What is to be approved',
    placeholder: 'Discount for {{ trigger.body.name }}',
  }),
  description: field
    .longTemplate({ label: 'Description', hint: 'All that somebody needs to know to decide.' })
    .default(''),
  who: field
    .select({ label: 'Who decides' }, [
      { value: 'role', label: 'Members with a role' },
      { value: 'people', label: 'Certain members' },
    ])
    .default('role'),
  role: field
    .select({ label: 'Role', showWhen: { field: 'who', is: ['role'] } }, [
      { value: 'owner', label: 'Owners' },
      { value: 'admin', label: 'Admins and owners' },
      { value: 'editor', label: 'Editors and above' },
      { value: 'operator', label: 'Operators and above' },
    ])
    .default('admin'),
  people: field
    .template({
      label: 'E-mail addresses',
      hint: 'Of members of this workspace, with commas between them. An owner can always decide, too, and is asked when nobody else is.',
      showWhen: { field: 'who', is: ['people'] },
      required: true,
    })
    .optional(),
  policy: field
    .select({ label: 'How many have to agree' }, [
      { value: 'any', label: 'The first who decides' },
      { value: 'all', label: 'All of them' },
      { value: 'majority', label: 'More than half of them' },
    ])
    .default('any'),
  remind: field.switch({ label: 'Remind those who have not decided yet' }).default(false),
  remindEvery: field
    .duration({ label: 'Remind every', showWhen: { field: 'remind', is: [true] } })
    .default({ amount: 1, unit: 'days' }),
  remindTimes: field
    .number({
      label: 'How many times at most',
      hint: `Up to ${MOST_REMINDERS}.`,
      showWhen: { field: 'remind', is: [true] },
    })
    .int()
    .min(1)
    .max(MOST_REMINDERS)
    .default(3),
  escalate: field.switch({ label: 'Ask others, too, after some time' }).default(false),
  escalateAfter: field
    .duration({ label: 'After how long', showWhen: { field: 'escalate', is: [true] } })
    .default({ amount: 1, unit: 'days' }),
  escalateTo: field
    .template({
      label: 'E-mail addresses of the others',
      hint: 'Of members of this workspace, with commas between them.',
      showWhen: { field: 'escalate', is: [true] },
      required: true,
    })
    .optional(),
  limited: patienceFields.limited,
  patience: patienceFields.patience,
  onTimeout: field
    .select({ label: 'When the time is up', showWhen: { field: 'limited', is: [true] } }, [
      { value: 'fail', label: 'The step fails' },
      { value: 'approve', label: 'It counts as approved' },
      { value: 'reject', label: 'It counts as rejected' },
      { value: 'port', label: 'Go another way' },
    ])
    .default('fail'),
})
type Settings = z.infer<typeof config>

/** Waits until members of the workspace approve or reject something. */
export const approval = defineNode({
  type: 'logic.approval',
  version: 1,
  category: 'logic',
  title: 'Approval',
  description:
    'Asks members of the workspace to approve something, by e-mail and on the page "Approvals", and waits until they have.',
  icon: 'user-check',
  effect: 'suspending',
  ports: (settings) => ({
    inputs: SINGLE.inputs,
    outputs: [APPROVED, REJECTED, ...timeoutPort(settings)],
  }),
  config,
  output: decided.extend({
    /** `none`: the time was up first. */
    decision: z.enum(['approved', 'rejected', 'none']),
    decided_by: z.string().nullable(),
    decided_at: z.string(),
  }),
  sample: {
    decision: 'approved',
    decided_by: 'Ada Lovelace',
    comment: 'Well earned.',
    decisions: [
      {
        by: 'Ada Lovelace',
        decision: 'approved',
        comment: 'Well earned.',
        at: '2026-11-23T09:00:00.000Z',
      },
    ],
    decided_at: '2026-11-23T09:00:00.000Z',
  },
  run(settings, { clock }) {
    const now = clock.now()
    return sleep(settings, {
      until: patienceEnd(settings, now),
      escalateAt: settings.escalate ? now + durationMs(settings.escalateAfter) : null,
      escalated: false,
      remindAt: settings.remind ? now + durationMs(settings.remindEvery) : null,
      reminders: 0,
    })
  },
  resume(settings, kept, { deliveries, clock }) {
    const before = state.parse(kept)
    const [delivery] = deliveries
    if (delivery !== undefined) {
      const outcome = decided.parse(delivery.data)
      return finish({ ...outcome, decided_at: delivery.at }, outcome.decision)
    }
    const now = clock.now()
    if (before.until !== null && now >= before.until) return undecided(settings, now)
    return sleep(settings, reminded(settings, escalated(before, now), now))
  },
})

const isDue = (at: number | null, now: number): boolean => at !== null && now >= at

const escalated = (state: State, now: number): State =>
  isDue(state.escalateAt, now) ? { ...state, escalateAt: null, escalated: true } : state

/** However late it is: one reminder, and the next a full span later. */
function reminded({ remindEvery, remindTimes }: Settings, state: State, now: number): State {
  if (!isDue(state.remindAt, now)) return state
  const reminders = state.reminders + 1
  const remindAt = reminders < remindTimes ? now + durationMs(remindEvery) : null
  return { ...state, reminders, remindAt }
}

function sleep(settings: Settings, next: State) {
  const { until, escalateAt, remindAt } = next
  const first = Math.min(until ?? Infinity, escalateAt ?? Infinity, remindAt ?? Infinity)
  // Whom others are asked beside is reminded before: who is asked at this moment needs no reminder.
  const waits = [
    asking(settings, until),
    ...(next.reminders > 0 ? [reminding(next.reminders)] : []),
    ...(next.escalated ? [askingOthers(settings)] : []),
  ]
  return suspend(first === Infinity ? null : first, next, { waits })
}

/** The store reminds whoever hasn't decided by then, once for each number. */
const reminding = (number: number): WaitRequest => ({
  kind: 'approval',
  key: `reminder-${number}`,
  data: null,
})

/** The store makes an approval of it (private.open_approval), which stays as it was first asked for. */
function asking(settings: Settings, until: number | null): WaitRequest {
  const byRole = settings.who === 'role'
  const data: DataObject = {
    title: settings.title.slice(0, 300),
    description: settings.description.slice(0, 20_000),
    policy: settings.policy,
    role: byRole ? settings.role : null,
    people: byRole ? [] : addresses(settings.people),
    due_at: until === null ? null : new Date(until).toISOString(),
  }
  return { kind: 'approval', key: 'decision', data }
}

const askingOthers = ({ escalateTo }: Settings): WaitRequest => ({
  kind: 'approval',
  key: 'escalation',
  data: { people: addresses(escalateTo) },
})

const addresses = (text = ''): string[] => text.split(/[\s,;]+/).filter((part) => part !== '')

function undecided(settings: Settings, now: number) {
  const { onTimeout } = settings
  const silence = { decided_by: null, comment: '', decisions: [] }
  const decided_at = new Date(now).toISOString()
  if (onTimeout === 'approve')
    return finish({ ...silence, decision: 'approved' as const, decided_at }, APPROVED.name)
  if (onTimeout === 'reject')
    return finish({ ...silence, decision: 'rejected' as const, decided_at }, REJECTED.name)
  return timeUp({ ...settings, onTimeout }, { ...silence, decision: 'none' as const, decided_at })
}
