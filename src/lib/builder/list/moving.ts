import type { Item } from './outline.ts'
import { slotsOf, type Slot } from './places.ts'
import {
  blockOf,
  exitsOf,
  gapAt,
  insert,
  lift,
  reading as readAs,
  rewired,
  type Gap,
  type Reading,
} from './rewire.ts'

/** The places a step can be moved to. */
export interface Places {
  slots: Slot[]
  /** Which of them it's at; -1 at none of them. */
  at: number
  /** The drawing without the step. */
  lifted: Reading
}

/** The places a step can be moved to, from top to bottom. */
export function placesFor(reading: Reading, id: string): Places | null {
  const { definition, registry, outline } = reading
  const item = outline.byId.get(id)
  if (!item?.step.takesLines) return null
  const block = blockOf(item)
  const wiring = lift(reading, id, block)
  const rest = rewired(definition, wiring)
  const lifted = readAs(
    {
      ...rest,
      nodes: rest.nodes.filter((node) => !block.has(node.id)),
      edges: rest.edges.filter(({ source, target }) => !block.has(source) && !block.has(target)),
    },
    registry,
  )
  const exits = exitsOf(reading, block, id)
  const seen = new Set<string>()
  const gaps: Gap[] = []
  const slots = slotsOf(lifted.outline).filter(({ place }) => {
    const gap = gapAt(lifted, place)
    if (!gap || !insert(gap, { head: id, inPort: 'in', exits })) return false
    const same = ends(gap)
    if (seen.has(same)) return false
    seen.add(same)
    gaps.push(gap)
    return true
  })
  return { slots, at: gapOf(reading, item, block, gaps), lifted }
}

/** Which of some gaps a block is in: the one with its ends, else the one that begins as it does. */
function gapOf(
  { definition: { edges } }: Reading,
  item: Item,
  block: ReadonlySet<string>,
  gaps: readonly Gap[],
): number {
  const into = edges.filter(({ source, target }) => target === item.id && !block.has(source))
  const out = edges.filter(({ source, target }) => block.has(source) && !block.has(target))
  const sources = into.map(({ source, sourcePort }) => ({ node: source, port: sourcePort }))
  const targets = out.map(({ target, targetPort }) => ({ node: target, port: targetPort }))
  const here = ends({ sources, targets, cut: [] })
  const exactly = gaps.findIndex((gap) => ends(gap) === here)
  if (exactly >= 0 || sources.length === 0) return exactly
  const beginning = named(sources)
  return gaps.findIndex((gap) => named(gap.sources) === beginning)
}

/** Ends in one text, to compare. */
const named = (side: readonly { node: string; port: string }[]): string =>
  [...new Set(side.map(({ node, port }) => `${node} ${port}`))].sort().join(',')

/** What a gap lies between, to compare. */
const ends = ({ sources, targets }: Gap): string => `${named(sources)} -> ${named(targets)}`
