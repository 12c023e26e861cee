import type { Step } from '../run/state.ts'
import { isInTransaction, outlivesTurn } from './outcomes.ts'

/** Steps that are being performed, with what calls them off. */
export class UnderWay {
  readonly #controls = new Map<Step, AbortController>()
  /** Called off in the middle of a transaction: what becomes of that says how they ended. */
  readonly #leaving = new Set<Step>()

  get size(): number {
    return this.#controls.size
  }

  /** Some have been called off whose transaction isn't over. */
  get isAnyLeaving(): boolean {
    return this.#leaving.size > 0
  }

  /** A step begins; null for one that is over in this very turn. */
  begin(step: Step): AbortController | null {
    if (!outlivesTurn(step)) return null
    const control = new AbortController()
    this.#controls.set(step, control)
    return control
  }

  /** A step has come to its end. */
  over(step: Step): void {
    this.#controls.delete(step)
  }

  /** Calls a step off. True when it's in the middle of a transaction: then `left` says when that is over. */
  callOff(step: Step): boolean {
    const control = this.#controls.get(step)
    if (control === undefined) return false
    control.abort()
    this.#controls.delete(step)
    if (!isInTransaction(step)) return false
    this.#leaving.add(step)
    return true
  }

  isLeaving(step: Step): boolean {
    return this.#leaving.has(step)
  }

  left(step: Step): void {
    this.#leaving.delete(step)
  }

  /** Breaks off whatever is being done; who does it says so by itself. */
  abort(): void {
    for (const control of this.#controls.values()) control.abort()
  }

  /** Breaks off whatever is being done, and forgets it. */
  abandon(): void {
    this.abort()
    this.#controls.clear()
  }
}
