import { createContext } from 'svelte'
import type { MarkKind, SideDrawing } from './sides.ts'

/** What is marked in the drawing of a difference, for the things in it. */
export interface Marks {
  readonly steps: ReadonlyMap<string, MarkKind>
  readonly lines: SideDrawing['lines']
  /** Only where notes and groups are drawn. */
  readonly notes?: SideDrawing['notes']
  readonly groups?: SideDrawing['groups']
}

export const [getMarks, setMarks] = createContext<Marks>()
