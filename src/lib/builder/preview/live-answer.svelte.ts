import type { Answer, Question } from './messages.ts'
import type { PreviewState } from './preview-state.svelte.ts'

/** The answer to a question that changes while somebody types; the one before stays until there's a newer one. */
export class LiveAnswer {
  /** The answer, and what had been asked. */
  #found = $state.raw<{ question: Question; answer: Answer | null } | null>(null)

  /** To be made while a component is. `asked` tells what is wanted just now; null: nothing. */
  constructor(preview: PreviewState, asked: () => Question | null) {
    // As text, so that asking the same again isn't asking anew.
    const text = $derived(JSON.stringify(asked()))
    $effect(() => {
      const question = JSON.parse(text) as Question | null // written just above
      if (question === null) {
        this.#found = null
        return
      }
      return preview.watch(question, (answer) => (this.#found = { question, answer }))
    })
  }

  get answer(): Answer | null {
    return this.#found?.answer ?? null
  }

  /** What the answer is about: maybe what was asked a moment ago. */
  get question(): Question | null {
    return this.#found?.question ?? null
  }
}
