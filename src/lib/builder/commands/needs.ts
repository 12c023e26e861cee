import type { Place } from './command.ts'
import { words } from './texts.ts'

const { reasons } = words

/** Why something that needs a selection can't be done; null when it can. */
export const needsSelection = ({ editor }: Place): string | null =>
  editor.canvas.selected.length > 0 ? null : reasons.selectSomething

export const needsStep = ({ editor }: Place): string | null =>
  editor.canvas.selectedNodes.length > 0 ? null : reasons.selectStep

/** Several things have to be selected to line them up. */
export const needsSeveral =
  (count: 2 | 3) =>
  ({ editor }: Place): string | null => {
    if (editor.canvas.selected.length >= count) return null
    return count === 2 ? reasons.selectTwo : reasons.selectThree
  }

export const needsDrawing = ({ view }: Place): string | null => (view ? null : reasons.noDrawing)

export const needsSomeSteps = ({ editor }: Place): string | null =>
  editor.definition.nodes.length > 0 ? null : reasons.noSteps
