import type { NodeId } from '../ids.ts'

/** Something that's wrong with a workflow, in words for the person who drew it. */
export interface Problem {
  /** Stable for ever. */
  code: string
  /** With an error it can't be published; a warning is only said. */
  severity: 'error' | 'warning'
  node?: NodeId
  field?: string
  edge?: string
  title: string
  detail: string
  /** What to do about it. */
  hint: string
}
