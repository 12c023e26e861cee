import { createContext } from 'svelte'
import type { MergedDrawing } from './merged.ts'

/** What is marked in the drawing of a difference, for the steps and lines in it. */
export interface Marks {
  readonly steps: MergedDrawing['steps']
  readonly lines: MergedDrawing['lines']
}

export const [getMarks, setMarks] = createContext<Marks>()
