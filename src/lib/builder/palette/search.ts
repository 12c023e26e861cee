import { CATEGORIES, type Category, type NodeType } from '#lib/engine/nodes/define-node.ts'
import { plain } from '#lib/ui/choice.ts'

/** One kind of step as the palette lists it. */
export interface PaletteGroup {
  category: Category
  types: NodeType[]
}

/**
 * The node types that fit what was typed, in the palette's groups. Every word has to be found somewhere; what has them
 * all in its title comes first, so that Enter adds what people have named.
 */
export function searchPalette(types: readonly NodeType[], typed: string): PaletteGroup[] {
  const words = plain(typed).split(' ').filter(Boolean)
  const isIn = (text: string): boolean => words.every((word) => plain(text).includes(word))
  const fitting = types.filter(({ title, description, category, type }) =>
    isIn(`${title} ${description} ${category} ${type}`),
  )
  const named = fitting.filter(({ title }) => isIn(title))
  const groups = CATEGORIES.map((category) => ({
    category,
    types: [...new Set([...named, ...fitting])].filter((type) => type.category === category),
  })).filter((group) => group.types.length > 0)
  const isNamed = ({ types: [first] }: PaletteGroup): boolean =>
    first !== undefined && named.includes(first)
  return [...groups.filter(isNamed), ...groups.filter((group) => !isNamed(group))]
}
