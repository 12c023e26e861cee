import { ExecutionId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import type { Caller } from './caller.ts'
import type { Asked } from './routes.ts'

/** POST executions/<id>/cancel: asks it to stop. One that runs elsewhere hears of it within a second or so. */
export async function cancelExecution({ person, parts }: Asked<Caller>): Promise<Response> {
  const execution = ExecutionId.parse(parts['id'])
  const status = await person.call<string>('cancel_execution', { p_execution: execution })
  if (status === 'running') runtime().cancel(execution)
  return answer(200, { status })
}

/** POST executions/<id>/retry: goes on from where it failed; finished steps are kept. */
export async function retryExecution({ person, parts }: Asked<Caller>): Promise<Response> {
  const execution = ExecutionId.parse(parts['id'])
  await person.call('retry_execution', { p_execution: execution })
  runtime().resume(execution)
  return answer(202, { execution })
}

/** POST executions/<id>/pause: lets it rest. One that runs elsewhere hears of it within a second or so. */
export async function pauseExecution({ person, parts }: Asked<Caller>): Promise<Response> {
  const execution = ExecutionId.parse(parts['id'])
  const status = await person.call<string>('pause_execution', { p_execution: execution })
  if (status === 'running') runtime().pause(execution)
  return answer(200, { status })
}

/** POST executions/<id>/resume: lets it go on; what came while it rested has been kept. */
export async function resumeExecution({ person, parts }: Asked<Caller>): Promise<Response> {
  const execution = ExecutionId.parse(parts['id'])
  const status = await person.call<string>('resume_execution', { p_execution: execution })
  await runtime().resume(execution)
  return answer(200, { status })
}
