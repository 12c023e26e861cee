import type { SupabaseClient } from '@supabase/supabase-js'
import { listen, type TopicListener } from '#lib/live/topic.ts'
import {
  getExecution,
  getStep,
  listExecutions,
  listSteps,
  type ExecutionQuery,
  type ExecutionScope,
} from './queries.ts'
import type { Execution, Step } from './rows.ts'

/** Where executions come from: asked for in bulk, and told one by one. */
export interface ExecutionSource {
  /** Begins to listen to a topic; the answer ends it. */
  listen(topic: string, listener: TopicListener): () => void
  /** Newest first. */
  executions(scope: ExecutionScope, query: ExecutionQuery): Promise<Execution[]>
  execution(id: string): Promise<Execution | null>
  /** In the order they began. */
  steps(execution: string): Promise<Step[]>
  step(which: Pick<Step, 'execution_id' | 'node_id' | 'path' | 'attempt'>): Promise<Step | null>
}

/** Executions as Supabase serves them; a source stays what it is. */
export function sourceOf(from: ExecutionSource | SupabaseClient): ExecutionSource {
  if ('executions' in from) return from
  return {
    listen: (topic, listener) => listen(from, topic, listener),
    executions: (scope, query) => listExecutions(from, scope, query),
    execution: (id) => getExecution(from, id),
    steps: (execution) => listSteps(from, execution),
    step: (which) => getStep(from, which),
  }
}
