import type { ExecutionId } from '../../../src/lib/engine/ids.ts'
import { isOutage } from '../_shared/database/outage.ts'
import { answer, FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { readBody } from '../_shared/http/body.ts'
import { requireOperator } from '../_shared/http/operator.ts'
import { runtime } from '../_shared/runtime.ts'
import { MAX_PAYLOAD, NotStorable, storedText } from '../_shared/store/stored-text.ts'
import { readMail } from './mail.ts'

const MAX_BODY_BYTES = 1024 * 1024

const DELIVER = `select execution from private.deliver_reply($1::text[], $2::jsonb) as execution`

/**
 * Mail that has come in, one message a POST, in the shape of mail.ts. Sent by whatever receives mail for this
 * installation, with WEFT_FUNCTION_SECRET. Sent again, it changes nothing: a step takes one reply, the first.
 */
export async function handleInbound(request: Request): Promise<Response> {
  try {
    requireOperator(request)
    const mail = readMail(await readBody(request, MAX_BODY_BYTES))
    const taken = await deliver(mail.references, storedText(mail.reply, MAX_PAYLOAD))
    // At once, and not when a worker looks next.
    for (const execution of taken) await runtime().resume(execution)
    return answer(200, { delivered: taken.length })
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (problem instanceof NotStorable) return refuse(tooMuch(problem.message))
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: a message that came in could not be handled', problem)
    return refuse(FAULT)
  }
}

async function deliver(references: string[], reply: string): Promise<ExecutionId[]> {
  const rows = await runtime().pool.query<{ execution: ExecutionId }>(DELIVER, [references, reply])
  return rows.map(({ execution }) => execution)
}

const tooMuch = (detail: string) => ({
  status: 400,
  code: 'inbound.not_storable',
  title: 'This message cannot be kept',
  detail,
  hint: 'Send less of its text.',
})
