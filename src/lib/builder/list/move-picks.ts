import type { ListState } from './list-state.svelte.ts'
import type { Pick } from './PickPopup.svelte'
import { placeKey, type Place, type Slot } from './places.ts'
import { listTexts } from './texts.ts'

const texts = listTexts.move

/** The places a step can be moved to, in words, from top to bottom; and which of them it's at. */
export function movePicks(
  list: ListState,
  id: string,
): { picks: Pick[]; places: Map<string, Place>; at: number } {
  const found = list.deeds.placesFor(id)
  if (!found) return { picks: [], places: new Map(), at: -1 }
  const places = new Map<string, Place>()
  const picks: Pick[] = []
  const offer = (place: Place, label: string, level: number, note?: string): void => {
    const key = placeKey(place)
    if (places.has(key)) return
    places.set(key, place)
    picks.push({ key, label, level, note })
  }
  let at = -1
  found.slots.forEach((slot, index) => {
    if (index === found.at) at = picks.length
    offer(slot.place, words(list, slot), slot.level, index === found.at ? texts.here : undefined)
    const { above, place } = slot
    if (above && place.kind === 'after' && above.main && above.main.edges.length > 0) {
      const { number } = list.item(above.id) ?? above
      const beside = { kind: 'beside' as const, node: above.id, port: place.port }
      offer(beside, texts.beside(number, list.editor.titleOf(above.id)), slot.level)
    }
  })
  offer({ kind: 'loose' }, texts.loose, 0)
  return { picks, places, at }
}

/** A place by the step that stands there, numbered as the list on the screen numbers it. */
function words(list: ListState, { place, above, branch }: Slot): string {
  const named = (id: string): [number, string] => [
    list.item(id)?.number ?? 0,
    list.editor.titleOf(id),
  ]
  if (place.kind === 'before') return texts.before(...named(place.node))
  if (place.kind === 'behind') return texts.behind(...named(place.node))
  if (above) return texts.after(...named(above.id))
  return branch ? texts.first(branch.label, ...named(branch.node)) : texts.loose
}
