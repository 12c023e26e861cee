import type * as Y from 'yjs'
import type { EdgeDefinition, WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { readEdge } from './read.ts'
import { edgesOf } from './shape.ts'

/**
 * The lines that lie in a draft and aren't drawn because they would close a circle: two people drew them at one moment, each
 * of them rightly. Nothing is deleted for that, since copies that haven't heard of everything yet might each delete another
 * line of the circle, and in the end all of it would be gone. They are told, and somebody decides.
 */
export function leftOut(doc: Y.Doc, { nodes, edges }: WorkflowDefinition): EdgeDefinition[] {
  const all = edgesOf(doc)
  if (all.size === edges.length) return []
  const present = new Set<string>(nodes.map(({ id }) => id))
  const drawn = new Set(edges.map(wayOf))
  return [...all.entries()]
    .flatMap(([id, value]) => readEdge(id, value) ?? [])
    .filter((edge) => {
      const hasEnds = present.has(edge.source) && present.has(edge.target)
      return hasEnds && !drawn.has(wayOf(edge))
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

const wayOf = ({ source, sourcePort, target, targetPort }: EdgeDefinition): string =>
  JSON.stringify([source, sourcePort, target, targetPort])
