import type { Awareness } from 'y-protocols/awareness'
import { z } from 'zod'
import { hueOf } from '#lib/ui/person.ts'

const point = z.object({ x: z.number(), y: z.number() })

/** What others are shown of a person. The server puts in who it is; everything else is the browser's word. */
const presenceState = z.object({
  user: z.object({ id: z.string(), name: z.string().max(200) }),
  cursor: point.nullish(),
  selection: z.array(z.string()).max(2000).nullish(),
  field: z.string().nullish(),
  dragged: z.record(z.string(), point).nullish(),
})

export interface Person {
  /** One browser tab. */
  client: number
  id: string
  name: string
  hue: number
  cursor: { x: number; y: number } | null
  /** Ids of the steps they selected. */
  selection: readonly string[]
  /** `<step id> <field>` that they type in. */
  field: string | null
  /** Where they are just dragging steps to. */
  dragged: Readonly<Record<string, { x: number; y: number }>>
}

const CURSOR_EVERY_MS = 40

/** The others in this draft, and what they see of oneself. */
export class Presence {
  /** Everyone else, one entry a tab. */
  others = $state.raw<readonly Person[]>([])
  /** Everyone else, once each, for the row of avatars. */
  readonly people: readonly Person[] = $derived([
    ...new Map(this.others.map((person) => [person.id, person])).values(),
  ])
  readonly #awareness: Awareness
  readonly #ondragged: () => void
  readonly #listener = (): void => this.#read()
  #said: Record<string, unknown> = {}
  #saying: ReturnType<typeof setTimeout> | undefined

  constructor(awareness: Awareness, ondragged: () => void = () => undefined) {
    this.#awareness = awareness
    this.#ondragged = ondragged
    awareness.on('change', this.#listener)
    this.#read()
  }

  /** Tells the others; several words in quick succession go out together. */
  say(
    word: Partial<{
      cursor: { x: number; y: number } | null
      selection: string[]
      field: string | null
      dragged: Record<string, { x: number; y: number }> | null
    }>,
  ): void {
    this.#said = { ...this.#said, ...word }
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined
      this.#awareness.setLocalState({ ...this.#awareness.getLocalState(), ...this.#said })
    }, CURSOR_EVERY_MS)
  }

  /** Who else is typing in a field of a step. */
  typingIn(node: string, field: string): readonly Person[] {
    return this.others.filter((person) => person.field === `${node} ${field}`)
  }

  destroy(): void {
    clearTimeout(this.#saying)
    this.#awareness.off('change', this.#listener)
  }

  #read(): void {
    const hadDragged = this.others.some((person) => Object.keys(person.dragged).length > 0)
    this.others = [...this.#awareness.getStates().entries()].flatMap(([client, state]) => {
      const parsed = presenceState.safeParse(state)
      if (client === this.#awareness.clientID || !parsed.success) return []
      const { user, cursor, selection, field, dragged } = parsed.data
      return {
        client,
        id: user.id,
        name: user.name,
        hue: hueOf(user.name),
        cursor: cursor ?? null,
        selection: selection ?? [],
        field: field ?? null,
        dragged: dragged ?? {},
      }
    })
    const hasDragged = this.others.some((person) => Object.keys(person.dragged).length > 0)
    if (hadDragged || hasDragged) this.#ondragged()
  }
}
