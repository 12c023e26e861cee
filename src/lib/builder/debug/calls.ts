import type { Step } from '#lib/executions/rows.ts'
import type { Drawing } from './drawing.ts'

/** How an execution's calls of other workflows stand; another text when any of them goes on. Empty while there are none. */
export function callsOf(steps: readonly Step[], drawing: Drawing): string {
  const counts = new Map<string, number>()
  for (const { node_id, status } of steps) {
    if (status === 'skipped' || drawing.type(node_id)?.startsExecutions !== true) continue
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  return [...counts]
    .map(([status, count]) => `${status} ${count}`)
    .sort()
    .join(', ')
}
