import { z } from 'zod'
import type { Data } from '../../../src/lib/engine/data.ts'
import { ExecutionId, NodeId } from '../../../src/lib/engine/ids.ts'
import { answer } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import type { Caller } from './caller.ts'
import { readRequest } from './read-request.ts'
import type { Asked } from './routes.ts'

const said = z.object({
  node: NodeId,
  /** Where in the loops, as the step's record says; empty outside of them. */
  path: z.string().max(10_000).default(''),
  /** Which attempt was looked at; without it, whichever is asked about now. */
  attempt: z.int().min(1).optional(),
  verdict: z.enum(['happened', 'again', 'failed']),
  /** What came back, where it happened. */
  output: z.custom<Data>().optional(),
})

/** POST executions/<id>/verdict: says what became of a step whose outcome is unclear. The first one to say so decides. */
export async function sayWhatBecame({ person, request, parts }: Asked<Caller>): Promise<Response> {
  const execution = ExecutionId.parse(parts['id'])
  const { node, path, attempt, verdict, output } = await readRequest(request, said)
  await person.call('decide_unclear_step', {
    ...{ p_execution: execution, p_node: node, p_path: path, p_verdict: verdict },
    ...{ p_output: output ?? null, p_attempt: attempt ?? null },
  })
  await runtime().resume(execution)
  return answer(202, { execution })
}
