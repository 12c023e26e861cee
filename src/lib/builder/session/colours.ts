/**
 * The colour of a person in a drawing: always the same for the same person, whatever their name becomes. Lightness is the
 * same for all hues as the eye sees it (oklch), so that each can be read as well as the others, light and dark. None is
 * the indigo of one's own selection.
 */
const HUES = [25, 55, 85, 130, 155, 185, 220, 245, 305, 325, 350] as const

/** The hue (oklch) of a person by their id. */
export function colourOf(person: string): number {
  let sum = 7
  for (const letter of person) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360_007
  return HUES[sum % HUES.length] ?? HUES[0]
}

/** How dark a name's ground is, under white letters; and how light a frame is, on white and on the dark drawing. */
export const LIGHTNESS = { ground: 0.5, frame: 0.62 } as const
export const CHROMA = 0.15
/** All hues that people get. */
export const ALL_HUES: readonly number[] = HUES
