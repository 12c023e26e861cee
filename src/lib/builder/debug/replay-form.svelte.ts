import type { ActionResult, NamedStep, ReplayPlan, ReplayWish } from '#lib/executions/actions.ts'
import type { Data } from '#lib/executions/rows.ts'
import { readText } from '../bar/test-data.ts'
import { texts } from './texts.ts'

/** A step that has acted, and whether it may act once more. */
export interface Deed extends NamedStep {
  repeat: boolean
}

/** What somebody fills in to have an execution run once more, and what the server says to it. */
export class ReplayForm {
  /** The step to begin at; empty: at the beginning. */
  from = $state('')
  version = $state<'same' | 'latest'>('same')
  data = $state<'same' | 'other'>('same')
  text = $state('{}')
  plan = $state.raw<ReplayPlan | null>(null)
  problem = $state<string | null>(null)
  /** Steps that were ticked, with their names: a plan that repeats them doesn't list them any more. */
  #ticked = $state.raw<readonly NamedStep[]>([])
  #asked = 0
  readonly #ask: (wish: ReplayWish) => Promise<ActionResult<ReplayPlan>>

  constructor(ask: (wish: ReplayWish) => Promise<ActionResult<ReplayPlan>>) {
    this.#ask = ask
  }

  /** Steps that have acted: those that won't again unless somebody ticks them, and those that are ticked. */
  readonly deeds = $derived.by((): Deed[] => {
    const listed = this.plan?.not_repeated ?? []
    const ticked = this.#ticked.filter(({ node }) => !listed.some((step) => step.node === node))
    return [
      ...listed.map((step) => ({ ...step, repeat: this.#isTicked(step.node) })),
      ...ticked.map((step) => ({ ...step, repeat: true })),
    ]
  })

  /** Steps that only the person can decide about; they hold the replay up. */
  readonly undecided = $derived(
    (this.plan?.undecided ?? []).filter(({ node }) => !this.#isTicked(node)),
  )

  #isTicked(node: string): boolean {
    return this.#ticked.some((step) => step.node === node)
  }

  /** From the start only, other data takes effect. */
  get takesData(): boolean {
    return this.from === ''
  }

  tick(step: NamedStep, repeat: boolean): void {
    const others = this.#ticked.filter(({ node }) => node !== step.node)
    this.#ticked = repeat ? [...others, { node: step.node, title: step.title }] : others
    void this.look()
  }

  /** Asks what a replay would do. The answer to the last question counts. */
  async look(): Promise<void> {
    const asked = ++this.#asked
    const wish = this.#wish(null)
    const result = await this.#ask(wish)
    if (asked !== this.#asked) return
    this.problem = result.ok ? null : sentence(result)
    if (result.ok) this.plan = result.value
  }

  /** What is to be sent; a sentence when something can't be read. */
  wish(): ReplayWish | string {
    if (!this.takesData || this.data === 'same') return this.#wish(null)
    const read = readText(this.text)
    return read === null ? texts.deeds.badData : this.#wish(read)
  }

  #wish(data: { data: Data } | null): ReplayWish {
    const other = this.takesData && this.data === 'other'
    return {
      version: this.version,
      ...(this.from === '' ? {} : { from: this.from }),
      repeat: this.#ticked.map(({ node }) => node),
      ...(other ? { triggerData: data?.data ?? null } : {}),
    }
  }
}

/** A problem of the server as a sentence. */
export function sentence({ problem }: Extract<ActionResult<unknown>, { ok: false }>): string {
  const { title, detail, hint } = problem
  return [title, detail, hint].filter((part) => part !== undefined && part !== '').join(' ')
}
