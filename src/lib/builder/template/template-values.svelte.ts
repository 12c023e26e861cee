import { LiveAnswer } from '../preview/live-answer.svelte.ts'
import type { Filled } from '../preview/messages.ts'
import type { PreviewState } from '../preview/preview-state.svelte.ts'
import { partsOf, type Part } from './parts.ts'

type Pill = Extract<Part, { kind: 'pill' }>

/** A template's pills, and what they and the whole give on the sample. */
export class TemplateValues {
  readonly pills: Pill[] = $derived.by(() => partsOf(this.#text()).filter(isPill))
  /** What the whole gives; the last answer, until there's a newer one. */
  readonly whole: Filled | undefined = $derived.by(() => {
    const { answer } = this.#live
    return answer?.kind === 'fill' ? answer.filled[0] : undefined
  })
  /** A pill by itself shows its value; of anything more one wants to see what it comes to. */
  readonly isPlain: boolean = $derived.by(() => {
    const text = this.#text()
    const [only, ...others] = this.pills
    return !text.includes('{') || (others.length === 0 && only?.source.trim() === text.trim())
  })
  readonly #text: () => string
  readonly #live: LiveAnswer
  readonly #bySource: ReadonlyMap<string, Filled> = $derived.by(() => {
    const { answer, question } = this.#live
    if (answer?.kind !== 'fill' || question?.kind !== 'fill') return new Map()
    const { templates } = question
    return new Map(
      answer.filled.flatMap((filled, index) => [[templates[index] ?? '', filled] as const]),
    )
  })

  /** To be made while a component is. */
  constructor(preview: PreviewState, node: () => string, text: () => string) {
    this.#text = text
    this.#live = new LiveAnswer(preview, () =>
      text().includes('{')
        ? {
            kind: 'fill',
            node: node(),
            templates: [text(), ...this.pills.map(({ source }) => source)],
          }
        : null,
    )
  }

  /** What one pill gives; undefined while nobody knows. */
  of(source: string): Filled | undefined {
    return this.#bySource.get(source)
  }
}

const isPill = (part: Part): part is Pill => part.kind === 'pill'
