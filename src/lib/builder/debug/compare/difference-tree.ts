import type { DataPath } from '../data-tree.ts'
import type { Difference } from './differences.ts'

/** One line of the differences: a place that differs, or a part of the data with several of them under it. */
export interface DifferenceRow {
  id: string
  depth: number
  /** The names on the way from the line above it; people count entries from one. */
  names: string[]
  /** Null for a part that holds several. */
  difference: Difference | null
  /** How many places differ here and under it. */
  count: number
  /** Null when there's nothing to open. */
  isOpen: boolean | null
}

interface Branch {
  path: DataPath
  difference: Difference | null
  inner: Map<string | number, Branch>
}

/** The differences as a tree without idle lines: a part with one difference in it shares its line. All starts open. */
export function differenceRows(
  found: readonly Difference[],
  folded: ReadonlySet<string>,
): DifferenceRow[] {
  const root: Branch = { path: [], difference: null, inner: new Map() }
  for (const difference of found) plant(root, difference)
  if (root.difference) return [rowOf(root, 0, 0, folded)]
  return [...root.inner.values()].flatMap((branch) => rowsOf(branch, 0, 0, folded))
}

function plant(root: Branch, difference: Difference): void {
  let at = root
  for (const [index, name] of difference.path.entries()) {
    const next = at.inner.get(name) ?? {
      ...{ path: difference.path.slice(0, index + 1), difference: null, inner: new Map() },
    }
    at.inner.set(name, next)
    at = next
  }
  at.difference = difference
}

function rowsOf(
  branch: Branch,
  depth: number,
  from: number,
  folded: ReadonlySet<string>,
): DifferenceRow[] {
  const end = lastOnly(branch)
  const row = rowOf(end, depth, from, folded)
  if (!row.isOpen) return [row]
  const inner = [...end.inner.values()]
  return [row, ...inner.flatMap((part) => rowsOf(part, depth + 1, end.path.length, folded))]
}

/** Follows a way along which there's nothing to choose. */
function lastOnly(branch: Branch): Branch {
  const [only, ...others] = branch.inner.values()
  return only && others.length === 0 ? lastOnly(only) : branch
}

function rowOf(
  branch: Branch,
  depth: number,
  from: number,
  folded: ReadonlySet<string>,
): DifferenceRow {
  const id = JSON.stringify(branch.path)
  return {
    ...{ id, depth, difference: branch.difference, count: countOf(branch) },
    names: branch.path
      .slice(from)
      .map((name) => (typeof name === 'number' ? String(name + 1) : name)),
    isOpen: branch.inner.size === 0 ? null : !folded.has(id),
  }
}

function countOf(branch: Branch): number {
  let count = branch.difference ? 1 : 0
  for (const part of branch.inner.values()) count += countOf(part)
  return count
}
