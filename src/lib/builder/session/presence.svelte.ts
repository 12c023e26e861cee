import type { Awareness } from 'y-protocols/awareness'
import { z } from 'zod'
import { caretState, type CaretState } from './carets.ts'
import { colourOf } from './colours.ts'

const point = z.object({ x: z.number(), y: z.number() })
const size = z.number().positive()
const box = z.object({ x: z.number(), y: z.number(), width: size, height: size })

/** What others are shown of a person. The server puts in who it is; everything else is the browser's word. */
const presenceState = z.object({
  user: z.object({ id: z.string(), name: z.string().max(200) }),
  cursor: point.nullish(),
  selection: z.array(z.string()).max(2000).nullish(),
  field: z.string().nullish(),
  caret: caretState.nullish(),
  dragged: z.record(z.string(), point).nullish(),
  seen: box.nullish(),
  following: z.number().nullish(),
})

export interface Person {
  /** One browser tab. */
  client: number
  id: string
  name: string
  /** Of their colour, in oklch. */
  hue: number
  cursor: { x: number; y: number } | null
  /** Ids of the steps they selected. */
  selection: readonly string[]
  /** `<step id> <field>` that they type in. */
  field: string | null
  /** Where they are in a shared text. */
  caret: CaretState | null
  /** Where they are just dragging steps to. */
  dragged: Readonly<Record<string, { x: number; y: number }>>
  /** The part of the drawing that they see. */
  seen: Seen | null
  /** The tab that they follow. */
  following: number | null
}

/** A part of a drawing. */
export interface Seen {
  x: number
  y: number
  width: number
  height: number
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
  /** Whom one follows: their part of the drawing and their selection are one's own, until one moves. */
  readonly followed: Person | null = $derived(
    this.others.find(({ client }) => client === this.#followed) ?? null,
  )
  /** Those who follow oneself. */
  readonly followers: readonly Person[] = $derived(
    this.others.filter(({ following }) => following === this.#awareness.clientID),
  )
  #followed = $state<number | null>(null)
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
      caret: CaretState | null
      dragged: Record<string, { x: number; y: number }> | null
      seen: Seen | null
      following: number | null
    }>,
  ): void {
    this.#said = { ...this.#said, ...word }
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined
      this.#awareness.setLocalState({ ...this.#awareness.getLocalState(), ...this.#said })
    }, CURSOR_EVERY_MS)
  }

  /** Follows somebody, or (null) nobody any more. */
  follow(client: number | null): void {
    if (client === this.#followed) return
    this.#followed = client
    this.say({ following: client })
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
      const { user, cursor, selection, field, caret, dragged, seen, following } = parsed.data
      return {
        client,
        id: user.id,
        name: user.name,
        hue: colourOf(user.id),
        cursor: cursor ?? null,
        selection: selection ?? [],
        field: field ?? null,
        caret: caret ?? null,
        dragged: dragged ?? {},
        seen: seen ?? null,
        following: following ?? null,
      }
    })
    // Gone, or just begun to follow oneself: two who follow each other would both stand still.
    const { followed } = this
    if (this.#followed !== null && (!followed || followed.following === this.#awareness.clientID)) {
      this.follow(null)
    }
    const hasDragged = this.others.some((person) => Object.keys(person.dragged).length > 0)
    if (hadDragged || hasDragged) this.#ondragged()
  }
}
