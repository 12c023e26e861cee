import {
  validator,
  type Problem,
  type Registry,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { whenIdle } from '../state/when-idle.ts'

const AFTER_MS = 150

/** What is wrong with the drawing, found by the engine a moment after each change. */
export class ProblemList {
  all = $state.raw<readonly Problem[]>([])
  readonly errors = $derived(this.all.filter(({ severity }) => severity === 'error'))
  readonly warnings = $derived(this.all.filter(({ severity }) => severity === 'warning'))
  readonly #byNode = $derived(Map.groupBy(this.all, ({ node }): string => node ?? ''))
  readonly #validate: (definition: WorkflowDefinition) => Problem[]
  #timer: ReturnType<typeof setTimeout> | undefined
  #callOff: (() => void) | undefined
  #definition: WorkflowDefinition | null = null

  /** `own` is the id of the workflow, where there is one. */
  constructor(registry: Registry, own?: string) {
    // Of a draft that is followed, untouched steps are the same objects: only what changed is looked at anew.
    this.#validate = validator(registry, own)
  }

  /** Looks at a definition soon; at once when nothing has been looked at yet. */
  check(definition: WorkflowDefinition): void {
    const isFirst = this.#definition === null
    this.#definition = definition
    if (isFirst) this.#look()
    // What one sees and types comes first.
    else this.#timer ??= setTimeout(() => (this.#callOff = whenIdle(() => this.#look())), AFTER_MS)
  }

  of(node: string): readonly Problem[] {
    return this.#byNode.get(node) ?? none
  }

  /** What is wrong with one field. */
  ofField(node: string, field: string): Problem | undefined {
    return this.of(node).find((one) => one.field === field)
  }

  destroy(): void {
    clearTimeout(this.#timer)
    this.#callOff?.()
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#definition) this.all = this.#validate(this.#definition)
  }
}

const none: readonly Problem[] = []

/** A problem's sentence where its step is named already: `"Mail": "To" needs a value.` is then about "To". */
export function withoutStep({ detail }: Problem, title: string): string {
  const start = `"${title}": `
  return detail.startsWith(start) ? detail.slice(start.length) : detail
}
