import type { Step } from '#lib/executions/rows.ts'

/** One step among its likes: the same step for the other items of its loop, and its other tries. */
export interface Rounds {
  /** The latest try for each item, in the order of the items; empty outside of loops. */
  items: readonly Step[]
  /** Where the step is among them. */
  at: number
  /** All tries for the same item, the first one first. */
  tries: readonly Step[]
}

const roundOf = (path: string): number => Number(path.slice(path.lastIndexOf(':') + 1))
const aroundOf = (path: string): string => path.slice(0, path.lastIndexOf(':'))

/** Looks a step's likes up: in the innermost loop that it stands in. */
export function roundsOf(step: Step, steps: readonly Step[]): Rounds {
  const likes = steps.filter(
    ({ node_id: node, path }) => node === step.node_id && aroundOf(path) === aroundOf(step.path),
  )
  const latest = new Map<string, Step>()
  for (const like of likes) latest.set(like.path, like)
  const items =
    step.path === ''
      ? []
      : [...latest.values()].sort((one, other) => roundOf(one.path) - roundOf(other.path))
  return {
    items,
    at: items.findIndex(({ path }) => path === step.path),
    tries: likes.filter(({ path }) => path === step.path),
  }
}

/** The step for an item by the number that people see (from 1); the nearest one there is. */
export function itemNumbered({ items }: Rounds, number: number): Step | undefined {
  if (!Number.isFinite(number)) return undefined
  const wanted = Math.round(number) - 1
  return items.find(({ path }) => roundOf(path) >= wanted) ?? items.at(-1)
}

/** The next item that failed, round the end to the beginning; nothing if there is no other. */
export function nextTrouble({ items, at }: Rounds): Step | undefined {
  const following = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))]
  return following.find(({ status }) => status === 'failed')
}

/** How many of the items failed, dealt with or not. */
export const troubles = ({ items }: Rounds): number =>
  items.filter(({ status }) => status === 'failed').length
