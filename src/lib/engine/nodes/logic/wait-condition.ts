import { z } from 'zod'
import type { RecordData, RecordService } from '../../services.ts'
import { evaluate } from '../../template/conditions.ts'
import { filledIn } from '../../template/field-rules.ts'
import { recordId, recordShape, sampleRecord } from '../data/record-shape.ts'
import {
  defineNode,
  finish,
  suspend,
  type Finished,
  type Suspended,
  type SuspendingContext,
} from '../define-node.ts'
import { field } from '../fields.ts'
import { noRules } from '../no-rules.ts'
import { patienceEnd, patienceFields, patiencePorts, timeUp } from './patience.ts'

/** Rules may hang on the time of day, which no change of the record announces. */
const LOOK_EVERY_MS = 15 * 60_000

const config = z.object({
  pipeline: field.pipeline({ label: 'Pipeline' }),
  record: field.value({ label: 'Record', hint: 'Pick a record of an earlier step.' }),
  rules: field.rules({ label: 'Until', keysFrom: 'pipeline', required: true }).default({ all: [] }),
  ...patienceFields,
})
type Settings = z.infer<typeof config>

const state = z.object({ until: z.number().nullable() })
const output = z.object({ record: recordShape.nullable() })

/** Waits until rules about a record are true: looked at now, at each of its changes, and now and then. */
export const waitForCondition = defineNode({
  type: 'logic.wait_condition',
  version: 1,
  category: 'logic',
  title: 'Wait for a condition',
  description:
    'Waits until some rules about a record are true; goes on at once if they are already.',
  icon: 'list-checks',
  effect: 'suspending',
  inTransaction: true,
  ports: patiencePorts,
  config,
  output,
  sample: { record: sampleRecord },
  check: ({ rules }) => noRules('rules', rules, 'This step has no rules to wait for yet.'),
  async run(settings, context) {
    return await look(settings, patienceEnd(settings, context.clock.now()), context)
  },
  async resume(settings, kept, context) {
    return await look(settings, state.parse(kept).until, context)
  },
})

async function look(
  settings: Settings,
  until: number | null,
  { records, clock, workspace }: SuspendingContext & { records: RecordService },
): Promise<Suspended | Finished<{ record: RecordData | null }>> {
  const id = recordId(settings.record, 'record')
  // Held until the wait is open: no change can slip in between.
  const record = await records.get(id)
  const now = clock.now()
  const calendar = { timeZone: workspace.timeZone, now }
  if (evaluate(filledIn(settings.rules, record.data), calendar)) return finish({ record })
  if (until !== null && now >= until) return timeUp(settings, { record })
  const next = Math.min(until ?? Infinity, now + LOOK_EVERY_MS)
  const wait = { kind: 'record' as const, key: id, data: { event: 'any' } }
  return suspend(next, { until }, { waits: [wait] })
}
