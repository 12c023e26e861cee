import * as Y from 'yjs'
import { z } from 'zod'

/*
 * Where people are in a shared text. Told as "right behind that letter", not as a number: the place stays right while
 * somebody else types before it, and says by itself which of the draft's texts it is in.
 */

const letter = z.object({ client: z.int().nonnegative(), clock: z.int().nonnegative() })
/** Behind a letter, or at the beginning of a text: one of the two is there. None of the texts is the draft's own. */
const place = z
  .object({ type: letter.nullish(), item: letter.nullish(), assoc: z.number().nullish() })
  .refine(({ type, item }) => type != null || item != null)

/** A caret, or a selection, as it travels. */
export const caretState = z.object({ from: place, to: place })
export type CaretState = z.infer<typeof caretState>

/** What others are told of a caret. */
export function caretIn(text: Y.Text, from: number, to: number): CaretState {
  const told = (at: number): CaretState['from'] =>
    place.parse(
      Y.relativePositionToJSON(
        Y.createRelativePositionFromTypeIndex(text, Math.min(at, text.length), -1),
      ),
    )
  return { from: told(from), to: told(to) }
}

/** Where somebody's caret is in a text right now; null when it's in another text, or behind letters not yet here. */
export function caretOf(text: Y.Text, { from, to }: CaretState): [number, number] | null {
  const found = [from, to].map((end) => indexOf(text, end))
  const [start, end] = found
  return start == null || end == null ? null : [Math.min(start, end), Math.max(start, end)]
}

function indexOf(text: Y.Text, told: CaretState['from']): number | null {
  if (text.doc === null) return null
  const position = Y.createRelativePositionFromJSON(told)
  const absolute = Y.createAbsolutePositionFromRelativePosition(position, text.doc)
  return absolute?.type === text ? absolute.index : null
}
