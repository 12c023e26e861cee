import type { EdgeDefinition } from '#lib/engine/index.ts'
import { texts } from '../texts.ts'
import { upstreamOf } from '../variables/sources.ts'
import type { Editor } from './editor.svelte.ts'

/** Whether a step has no lines yet and could stand between two others. */
export function isLoose(editor: Editor, id: string): boolean {
  const isAlone = !editor.definition.edges.some(
    ({ source, target }) => source === id || target === id,
  )
  return isAlone && portsFor(editor, id) !== null
}

/** The lines that a step could be moved into: none of its own, and none that would make a circle. */
export function linesFor(editor: Editor, id: string): EdgeDefinition[] {
  if (!portsFor(editor, id)) return []
  return editor.definition.edges.filter(({ source, target }) => source !== id && target !== id)
}

/**
 * Puts a step that is there into a line. Where it stood before, the steps beside it are joined, so that nothing falls
 * apart; lines of it that would lead in a circle at the new place go.
 */
export function insertIntoEdge(editor: Editor, id: string, edge: EdgeDefinition): void {
  const ports = portsFor(editor, id)
  if (!editor.canEdit || !ports || edge.source === id || edge.target === id) return
  const { document } = editor
  const around = editor.definition.edges
  const before = around.filter(({ target }) => target === id)
  const leaving = around.filter(({ source }) => source === id)
  // Its first way that leads somewhere is the one that goes on without it; others stay with it.
  const after = leaving.filter(({ sourcePort }) => sourcePort === leaving[0]?.sourcePort)
  document.together(() => {
    document.remove({ edges: [edge, ...before, ...after].map((one) => one.id) })
    for (const { source, sourcePort } of before) {
      for (const { target, targetPort } of after) {
        const isThere = edge.source === source && edge.target === target
        if (!isThere) document.connect({ source, sourcePort, target, targetPort })
      }
    }
    const { source, sourcePort, target, targetPort } = edge
    document.connect({ source, sourcePort, target: id, targetPort: ports.in })
    document.connect({ source: id, sourcePort: ports.out, target, targetPort })
    const now = document.toDefinition()
    const circles = now.edges.filter(
      (one) => one.source === id && upstreamOf(now, id).includes(one.target),
    )
    document.remove({ edges: circles.map((one) => one.id) })
  })
  const [from, to] = [editor.titleOf(edge.source), editor.titleOf(edge.target)]
  editor.say(texts.announce.between(editor.titleOf(id), from, to))
}

function portsFor(editor: Editor, id: string): { in: string; out: string } | null {
  const node = editor.node(id)
  const ports = node && editor.portsOf(node)
  const [into, out] = [ports?.inputs[0]?.name, ports?.outputs[0]?.name]
  return into !== undefined && out !== undefined ? { in: into, out } : null
}
