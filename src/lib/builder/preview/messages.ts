import type { Data } from '#lib/engine/data.ts'
import type {
  EdgeDefinition,
  ErrorData,
  JudgedGroup,
  NodeDefinition,
  PreviewStep,
  RuleTree,
  WorkflowSettings,
} from '#lib/engine/index.ts'

/** A step with what stands for its output where nothing better is known: its type's example, or its pipeline's. */
export interface SentNode {
  node: NodeDefinition
  example: Data
}

/** The drawing, as far as it changed: a worker is told of one step when one step is typed in. */
export interface SentDraft {
  changed: SentNode[]
  /** All steps there are, in the drawing's order. */
  order: string[]
  edges: readonly EdgeDefinition[]
  settings: WorkflowSettings
}

/** Real data to look at the drawing with. Sent once, however large, and again only when it's another. */
export interface SentSample {
  /** By trigger: what it starts with. */
  triggers: Record<string, Data>
  outputs: Record<string, Data>
  ports: Record<string, string>
}

/** Something a form wants to know, and again whenever the answer changes. */
export type Question =
  | { kind: 'fill'; node: string; templates: readonly string[] }
  | { kind: 'judge'; node: string; tree: RuleTree }

/** What a template gives. */
export type Filled = { value: Data; isPart: boolean } | { problem: ErrorData }

export type Answer =
  { kind: 'fill'; filled: readonly Filled[] } | { kind: 'judge'; judged: JudgedGroup }

/** A step of the preview; large data come in part. */
export interface BriefStep extends PreviewStep {
  isPart: boolean
}

/** What the page tells the worker. */
export type Told =
  | {
      kind: 'place'
      workspace: { id: string; name: string; timeZone: string }
      workflow: { id: string; name: string }
    }
  | { kind: 'draft'; draft: SentDraft }
  | { kind: 'sample'; sample: SentSample }
  /** The trigger that the workflow is looked at from; null: the first. */
  | { kind: 'trigger'; trigger: string | null }
  | { kind: 'watch'; id: number; question: Question }
  | { kind: 'unwatch'; id: number }

/** What the worker tells the page: what changed since it last did. */
export type Heard =
  | { kind: 'steps'; changed: BriefStep[]; gone: string[]; canRun: boolean }
  | { kind: 'answers'; answers: { id: number; answer: Answer | null }[] }
