import { CATEGORIES, type Category, type NodeType } from '#lib/engine/nodes/define-node.ts'
import { plain } from '#lib/ui/choice.ts'

/** One kind of step as the palette lists it. */
export interface PaletteGroup {
  category: Category
  types: NodeType[]
}

/** The node types that fit what was typed, in the palette's groups. Every word has to be found somewhere. */
export function searchPalette(types: readonly NodeType[], typed: string): PaletteGroup[] {
  const words = plain(typed).split(' ').filter(Boolean)
  const fitting = types.filter((type) => {
    const text = plain(`${type.title} ${type.description} ${type.category} ${type.type}`)
    return words.every((word) => text.includes(word))
  })
  return CATEGORIES.map((category) => ({
    category,
    types: fitting.filter((type) => type.category === category),
  })).filter((group) => group.types.length > 0)
}
