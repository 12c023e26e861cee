import type { Data } from '../data.ts'
import type { NodeId } from '../ids.ts'
import type { Scope } from '../services.ts'
import type { ErrorData } from '../store.ts'

/** What a preview runs on. */
export interface PreviewSample {
  trigger: NodeId
  /** The payload that starts it: a sample, or that of an earlier execution. */
  triggerData: Data
  /** Outputs of steps that a preview doesn't run, by node id: those of an earlier execution. Missing ones: the node type's own sample. */
  outputs?: Readonly<Record<string, Data>>
  /** The ports at which those steps ended, by node id. */
  ports?: Readonly<Record<string, string>>
  workspace: Scope['workspace']
  workflow: Scope['workflow']
  /** Milliseconds since 1970. */
  now: number
}

/** What one step comes to. In loops, the first item stands for all. */
export interface PreviewStep {
  node: NodeId
  /** `unreached`: an earlier step failed, or its loop has no items. */
  status: 'succeeded' | 'failed' | 'skipped' | 'unreached'
  port: string | null
  /** What its settings come to, without secrets; for a step that acts, this is what it would do. */
  input: Data
  /** What it would give out; also of a step that this sample doesn't lead to, where that can be told. */
  output: Data
  error: ErrorData | null
  /** The output was not computed: it's the node type's sample, pinned, or taken from an earlier execution. */
  assumed: boolean
}
