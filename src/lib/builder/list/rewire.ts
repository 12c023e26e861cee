import type { EdgeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { NodeId } from '#lib/engine/ids.ts'
import { portsOf, type Registry } from '#lib/engine/nodes/registry.ts'
import { edgeId } from '../document/names.ts'
import type { Connection } from '../document.ts'
import { outlineOf, type Branch, type Item, type Outline } from './outline.ts'
import type { Place } from './places.ts'

/** Lines to take away and lines to draw. */
export interface Rewiring {
  readonly cut: readonly string[]
  readonly draw: readonly Connection[]
}

interface End {
  readonly node: string
  readonly port: string
}

/** What a place lies between. */
export interface Gap {
  readonly sources: readonly End[]
  readonly targets: readonly { readonly node: string; readonly port: string }[]
  readonly cut: readonly string[]
}

/** What the list's rearranging goes by: the drawing, and how it reads. */
export interface Reading {
  readonly definition: WorkflowDefinition
  readonly registry: Registry
  readonly outline: Outline
}

export const reading = (definition: WorkflowDefinition, registry: Registry): Reading => ({
  definition,
  registry,
  outline: outlineOf(definition, registry),
})

/** A step and all that is indented below it, but for ways that merely start together behind it. */
export function blockOf(item: Item): Set<string> {
  const block = new Set<string>()
  const list = (items: readonly Item[]): void => {
    for (const { id, branches } of items) {
      block.add(id)
      branches.forEach(branch)
    }
  }
  const branch = (one: Branch): void => {
    one.sides.forEach(branch)
    list(one.items)
  }
  block.add(item.id)
  item.branches.filter(({ kind }) => kind !== 'side').forEach(branch)
  return block
}

const endOf = ({ source, sourcePort }: EdgeDefinition): End => ({ node: source, port: sourcePort })

function distinct(ends: readonly End[]): End[] {
  return [...new Map(ends.map((end) => [`${end.node} ${end.port}`, end])).values()]
}

/** The drawing without a block, what came before it leading on to what came behind it. */
export function lift(
  { definition, registry }: Pick<Reading, 'definition' | 'registry'>,
  head: string,
  block: ReadonlySet<string>,
): Rewiring {
  const { edges } = definition
  const into = edges.filter(({ source, target }) => target === head && !block.has(source))
  const out = edges.filter(({ source, target }) => block.has(source) && !block.has(target))
  const rest = edges.filter(({ source, target }) => !block.has(source) && !block.has(target))
  const targets = nearest(
    out.map(({ target, targetPort }) => ({ node: target, port: targetPort })),
    rest,
  )
  const line = (one: Connection): string => `${one.source} ${one.sourcePort} ${one.target}`
  const there = new Set(rest.map(line))
  const healing = between(into.map(endOf), targets, definition, registry)
  return {
    cut: [...into, ...out].map(({ id }) => id),
    draw: healing.filter((one) => !there.has(line(one))),
  }
}

/** Of several steps those that no other of them leads to: whoever leads to the first leads to the rest as well. */
function nearest(targets: readonly End[], edges: readonly EdgeDefinition[]): End[] {
  const all = distinct(targets)
  if (all.length < 2) return all
  const next = Map.groupBy(edges, ({ source }): string => source)
  const later = new Set<string>()
  for (const { node } of all) {
    const reached = new Set<string>([node])
    for (const id of reached) {
      for (const { target } of next.get(id) ?? []) {
        if (target === node) continue
        reached.add(target)
        later.add(target)
      }
    }
  }
  const first = all.filter(({ node }) => !later.has(node))
  return first.length > 0 ? first : all.slice(0, 1)
}

function between(
  sources: readonly End[],
  targets: readonly End[],
  { nodes }: WorkflowDefinition,
  registry: Registry,
): Connection[] {
  const takes = (id: string): boolean => {
    const node = nodes.find((one) => one.id === id)
    const type = node && registry.get(node.type)
    return !type || portsOf(type, node.config).inputs.length > 0
  }
  return distinct(sources).flatMap(({ node, port }) =>
    targets.flatMap((target) =>
      node === target.node || !takes(target.node)
        ? []
        : [{ source: node, sourcePort: port, target: target.node, targetPort: target.port }],
    ),
  )
}

/** A drawing after a rewiring. */
export function rewired(
  definition: WorkflowDefinition,
  { cut, draw }: Rewiring,
): WorkflowDefinition {
  const gone = new Set(cut)
  const kept = definition.edges.filter(({ id }) => !gone.has(id))
  const line = (edge: Connection): string =>
    JSON.stringify([edge.source, edge.sourcePort, edge.target, edge.targetPort])
  const there = new Set(kept.map(line))
  const drawn = draw.filter((edge) => !there.has(line(edge)))
  return {
    ...definition,
    edges: [
      ...kept,
      ...drawn.map((edge) => ({
        ...{ ...edge, id: edgeId(edge) },
        ...{ source: NodeId.parse(edge.source), target: NodeId.parse(edge.target) },
      })),
    ],
  }
}

/** What a place lies between as the drawing is now; null when it's gone. */
export function gapAt({ definition, outline }: Reading, place: Place): Gap | null {
  const { edges } = definition
  const around = (cut: readonly EdgeDefinition[]): Gap => ({
    sources: distinct(cut.map(endOf)),
    targets: distinct(cut.map(({ target, targetPort }) => ({ node: target, port: targetPort }))),
    cut: cut.map(({ id }) => id),
  })
  switch (place.kind) {
    case 'loose':
      return { sources: [], targets: [], cut: [] }
    case 'into': {
      const edge = edges.find(({ id }) => id === place.edge)
      return edge ? around([edge]) : null
    }
    case 'before': {
      const lines = outline.byId.get(place.node)?.step.incoming ?? []
      return lines.length > 0 ? around(lines) : null
    }
    case 'behind': {
      const item = outline.byId.get(place.node)
      const sources = item ? openEnds(item) : []
      return sources.length > 0 ? { sources, targets: [], cut: [] } : null
    }
    case 'after':
    case 'beside': {
      const way = outline.byId.get(place.node)?.step.ways.find(({ port }) => port === place.port)
      if (!way) return null
      if (place.kind === 'after' && way.edges.length > 0) return around(way.edges)
      return { sources: [place], targets: [], cut: [] }
    }
  }
}

/** Where a step's ways end without going on; ways for failing and a loop's rounds end for good. */
export function openEnds(item: Item): End[] {
  const block = blockOf(item)
  const ends: End[] = []
  const list = (items: readonly Item[]): void => {
    for (const one of items) {
      one.branches.filter(({ kind }) => kind === 'way').forEach(branch)
      if (one.main?.edges.length === 0) ends.push({ node: one.id, port: one.main.port })
      // What hangs at a main way side by side belongs to the block when the step itself does.
      if (one.id !== item.id) one.branches.filter(({ kind }) => kind === 'side').forEach(branch)
    }
  }
  const branch = (one: Branch): void => {
    const isEmpty = one.items.length + one.sides.length + one.links.length === 0
    if (isEmpty && one.side === null) ends.push({ node: one.node, port: one.port })
    one.sides.forEach(branch)
    list(one.items)
  }
  list([item])
  return ends.filter(({ node }) => block.has(node))
}

/** Puts a block into a gap: what led on there leads to its head, and its ends lead on. Null when nothing can lead on. */
export function insert(
  gap: Gap,
  { head, inPort, exits }: { head: string; inPort: string | undefined; exits: readonly End[] },
): Rewiring | null {
  if (gap.sources.length > 0 && inPort === undefined) return null
  if (gap.targets.length > 0 && exits.length === 0) return null
  const into = gap.sources.map(({ node, port }) => ({
    ...{ source: node, sourcePort: port, target: head, targetPort: inPort ?? '' },
  }))
  const out = exits.flatMap(({ node, port }) =>
    gap.targets.map((target) => ({
      ...{ source: node, sourcePort: port, target: target.node, targetPort: target.port },
    })),
  )
  return { cut: gap.cut, draw: [...into, ...out] }
}

/** Where a block goes on: where it does already, else where it ends openly. */
export function exitsOf(
  { definition, outline }: Reading,
  block: ReadonlySet<string>,
  head: string,
): End[] {
  const out = definition.edges.filter(
    ({ source, target }) => block.has(source) && !block.has(target),
  )
  const item = outline.byId.get(head)
  return out.length > 0 ? distinct(out.map(endOf)) : item ? openEnds(item) : []
}

/** Both, one after the other. */
export function both(first: Rewiring, second: Rewiring): Rewiring {
  const cut = new Set(second.cut)
  return {
    cut: [...new Set([...first.cut, ...second.cut])],
    draw: [...first.draw.filter((edge) => !cut.has(edgeId(edge))), ...second.draw],
  }
}
