import type { WorkflowDefinition } from '#lib/engine/index.ts'

/**
 * A short text that differs when what a workflow does differs: what one has looked at can so be told from what the
 * server has by now. Where steps are drawn doesn't count. Not a protection against anybody, only against surprise.
 */
export function fingerprintOf({ nodes, edges, settings }: WorkflowDefinition): string {
  const steps = nodes.map(({ position: _place, group: _frame, ...step }) => step)
  const lines = edges.map(({ source, sourcePort, target, targetPort }) =>
    JSON.stringify([source, sourcePort, target, targetPort]),
  )
  return hashOf(inOrder({ steps: steps.toSorted(byId), lines: lines.sort(), settings }))
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

const inOrder = (value: object): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/** Two sums of 32 bits over all letters (FNV-1a with two beginnings), in hexadecimal. */
function hashOf(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9747b28c]
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at)
    one = Math.imul(one ^ letter, 0x01000193)
    two = Math.imul(two ^ letter ^ (at & 0xff), 0x01000193)
  }
  return [one, two].map((sum) => (sum >>> 0).toString(16).padStart(8, '0')).join('')
}
