import { StepFailure } from '../../errors.ts'
import { SINGLE, finish, type Finished, type Port, type Ports } from '../define-node.ts'
import { durationMs, type Duration } from '../duration.ts'
import { field } from '../fields.ts'

/** The port of a step whose time ran out, if it has one. */
const TIMEOUT_PORT: Port = { name: 'timeout', label: 'If it takes too long' }

/** The fields with which a step that waits says how long, and what then. The same for all of them. */
export const patienceFields = {
  limited: field.switch({ label: 'Wait no longer than some time' }).default(false),
  patience: field
    .duration({ label: 'How long at most', showWhen: { field: 'limited', is: [true] } })
    .default({ amount: 1, unit: 'days' }),
  onTimeout: field
    .select({ label: 'When the time is up', showWhen: { field: 'limited', is: [true] } }, [
      { value: 'fail', label: 'The step fails' },
      { value: 'continue', label: 'Go on with the next step' },
      { value: 'port', label: 'Go another way' },
    ])
    .default('fail'),
}

interface Patience {
  limited: boolean
  patience: Duration
  onTimeout: 'fail' | 'continue' | 'port'
}

/** Until when a step waits that falls asleep now, in milliseconds since 1970; null: however long it takes. */
export const patienceEnd = (
  { limited, patience }: Pick<Patience, 'limited' | 'patience'>,
  now: number,
): number | null => (limited ? now + durationMs(patience) : null)

/** The port for when a step's time is up, if its config asks for one. */
export const timeoutPort = ({
  limited,
  onTimeout,
}: {
  limited?: boolean | undefined
  onTimeout?: string | undefined
}): Port[] => (limited === true && onTimeout === 'port' ? [TIMEOUT_PORT] : [])

/** The ports of a step that waits: one in, one out, and the one for when its time is up. */
export const patiencePorts = (config: Partial<Patience>): Ports => ({
  ...SINGLE,
  outputs: [...SINGLE.outputs, ...timeoutPort(config)],
})

/** What becomes of a step whose time is up. */
export function timeUp<Output>(
  { onTimeout }: Pick<Patience, 'onTimeout'>,
  output: Output,
): Finished<Output> {
  if (onTimeout === 'fail') {
    throw new StepFailure({
      code: 'wait.timed_out',
      title: 'The wait took too long',
      detail: 'What this step waited for did not come within the time that it allows.',
      hint: 'Allow more time in this step, or choose another way for when the time is up.',
      retryable: false,
    })
  }
  return finish(output, onTimeout === 'port' ? TIMEOUT_PORT.name : 'out')
}
