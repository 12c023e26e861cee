import { z } from 'zod'

/** Colours of notes and groups; how they look is the builder's business. */
export const DRAWING_COLOURS = ['yellow', 'green', 'blue', 'purple', 'red', 'grey'] as const
export type DrawingColour = (typeof DRAWING_COLOURS)[number]

const id = z.string().min(1).max(64)
const colour = z.enum(DRAWING_COLOURS)

/**
 * A sticky note in the drawing. Like the steps' positions, notes and groups are part of a version, so that they come back
 * with it; the engine never looks at them.
 */
export const noteDefinition = z.object({
  id,
  /** Markdown. */
  text: z.string().max(20_000),
  position: z.object({ x: z.number(), y: z.number() }),
  size: z.object({ width: z.number().min(80).max(4000), height: z.number().min(40).max(4000) }),
  colour,
  /** The group that it stands in. */
  group: id.optional(),
})
export type NoteDefinition = z.infer<typeof noteDefinition>

/** A named frame around steps and notes; what stands in it says so itself (`group`), so nothing is ever in two. */
export const groupDefinition = z.object({
  id,
  title: z.string().max(200),
  colour,
})
export type GroupDefinition = z.infer<typeof groupDefinition>
