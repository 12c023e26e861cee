import type { WorkflowDefinition } from '#lib/engine/definition/schema.ts'
import { isTrigger, type Registry } from '#lib/engine/nodes/registry.ts'
import { filterCalled, filterTitle } from '../template/filter-offers.ts'
import { readFilters } from '../template/filter-text.ts'
import type { Reference } from '../template/parts.ts'

const labelTexts = {
  changes: (count: number) => `${count} changes`,
  byHand: 'changed',
}

/** How a pill reads. */
export interface PillLabel {
  /** The step or thing it comes from. */
  from: string
  /** The way to the value, in words. */
  what: string
  icon: string
  /** False when it refers to a step that isn't there. */
  isKnown: boolean
}

const ROOTS: Record<string, { from: string; icon: string }> = {
  item: { from: 'Item', icon: 'repeat' },
  index: { from: 'Number of the item', icon: 'repeat' },
  loop: { from: 'Loop', icon: 'repeat' },
  workflow: { from: 'Workflow', icon: 'workflow' },
  workspace: { from: 'Workspace', icon: 'building-2' },
  execution: { from: 'Execution', icon: 'play' },
  now: { from: 'Now', icon: 'clock' },
  vars: { from: 'Variable', icon: 'variable' },
}

/** Names a pill by the titles people gave their steps, so that renaming a step renames its pills. */
export function labelOf(
  reference: Reference,
  definition: WorkflowDefinition,
  registry: Registry,
): PillLabel {
  const { root, path, filters } = reference
  if (root === 'steps') {
    const node = definition.nodes.find(({ key }) => key === path[0])
    const type = node && registry.get(node.type)
    return {
      from: node ? node.title || (type?.title ?? node.type) : `Unknown step "${path[0] ?? ''}"`,
      what: words(path.slice(1), filters),
      icon: type?.icon ?? 'circle-help',
      isKnown: node !== undefined,
    }
  }
  if (root === 'trigger') {
    const triggers = definition.nodes.filter((node) => {
      const type = registry.get(node.type)
      return type !== undefined && isTrigger(type)
    })
    const [only] = triggers
    const type = only && registry.get(only.type)
    return {
      from: triggers.length === 1 && only ? only.title || (type?.title ?? 'Trigger') : 'Trigger',
      what: words(path, filters),
      icon: (triggers.length === 1 && type?.icon) || 'zap',
      isKnown: triggers.length > 0,
    }
  }
  const known = ROOTS[root]
  return {
    from: known?.from ?? root,
    what: words(path, filters),
    icon: known?.icon ?? 'circle-help',
    isKnown: known !== undefined,
  }
}

function words(path: readonly string[], filters: string): string {
  const way = path.map((name) => (/^\d+$/.test(name) ? `#${Number(name) + 1}` : name)).join(' › ')
  const titles = (readFilters(filters) ?? []).map(({ name }) => {
    const filter = filterCalled(name)
    return filter ? filterTitle(filter) : name.replaceAll('_', ' ')
  })
  const changed =
    titles.length > 1
      ? labelTexts.changes(titles.length)
      : (titles[0] ?? (filters && labelTexts.byHand))
  return changed === '' ? way : `${way} (${changed})`
}
