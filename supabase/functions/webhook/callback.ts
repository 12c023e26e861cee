import type { ExecutionId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { readBody } from '../_shared/http/body.ts'
import { runtime } from '../_shared/runtime.ts'
import { MAX_PAYLOAD, storedText } from '../_shared/store/stored-text.ts'
import { payload } from './payload.ts'
import { calledBefore, unknownCallback, wrongMethod } from './refusals.ts'

const METHODS = ['POST', 'GET', 'PUT']
const MAX_BODY_BYTES = 1024 * 1024

/** The name of the wait that a call is for; most workflows have one, without a name. */
const NAME = /^[a-z0-9_-]{0,60}$/

type Delivered = 'delivered' | 'kept' | 'over' | 'unknown'

const DELIVER = `select private.deliver_callback($1::uuid, $2, $3::jsonb) as outcome`

/** The end of an address that an execution gave out; undefined for every other address. */
export const callbackToken = (url: string): string | undefined =>
  /\/webhook\/callback\/([^/?#]*)/.exec(url)?.[1]

/** A call to an execution's own address: a step that waits for it goes on, or finds it when it comes to wait. */
export async function receiveCallback(request: Request, token: string): Promise<Response> {
  const execution = runtime().addresses.execution(token)
  if (execution === undefined) throw unknownCallback()
  if (!METHODS.includes(request.method)) throw wrongMethod(request.method, METHODS)
  const name = new URL(request.url).searchParams.get('name') ?? ''
  if (!NAME.test(name)) throw unknownCallback()
  const call = await payload(request, await readBody(request, MAX_BODY_BYTES), null)
  switch (await deliver(execution, name, storedText(call, MAX_PAYLOAD))) {
    case 'unknown':
      throw unknownCallback()
    case 'over':
      throw calledBefore()
    case 'kept':
      return answer(202, { execution, status: 'kept' })
    case 'delivered':
      // At once, and not when a worker looks next.
      await runtime().resume(execution)
      return answer(202, { execution, status: 'delivered' })
  }
}

async function deliver(execution: ExecutionId, name: string, call: string): Promise<Delivered> {
  const [row] = await runtime().pool.query<{ outcome: Delivered }>(DELIVER, [execution, name, call])
  return row?.outcome ?? 'unknown'
}
