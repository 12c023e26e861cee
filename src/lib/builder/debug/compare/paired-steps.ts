import { isLeftOut, type Data, type Step } from '#lib/executions/rows.ts'
import { isAlike } from './differences.ts'

/**
 * How a step went in one execution beside the other: in one of them only, with another end, by another way out, with
 * other data, alike, or alike as far as can be said without fetching its data.
 */
export type Verdict = 'only_here' | 'only_there' | 'status' | 'way' | 'data' | 'alike' | 'open'

/** A step of the two executions, side by side: the attempt that counts of each. */
export interface PairedStep {
  /** Node and place in the loops, which are the same in both. */
  id: string
  node: string
  path: string
  here: Side | null
  there: Side | null
  verdict: Verdict
}

/** One execution's side of a pair. */
export interface Side {
  step: Step
  attempts: number
}

/** Data that was compared before is known to be the same while both rows are: looked up by the two rows. */
type Known = WeakMap<Step, WeakMap<Step, Verdict>>
const known: Known = new WeakMap()

/** The steps of two executions side by side, in the order they began here; those of the other alone stand where they came. */
export function pairedSteps(here: readonly Step[], there: readonly Step[]): PairedStep[] {
  const own = sidesOf(here)
  const others = sidesOf(there)
  const pairs = [...own].map(([id, side]) => pairOf(id, side, others.get(id) ?? null))
  return withOthers(pairs, own, others)
}

/** Puts each step of the other execution alone behind the one that it came after there. */
function withOthers(
  pairs: readonly PairedStep[],
  own: ReadonlyMap<string, Side>,
  others: ReadonlyMap<string, Side>,
): PairedStep[] {
  const behind = Map.groupBy(aloneAfter(own, others), ({ after }) => after)
  const alone = (after: string | null): PairedStep[] =>
    (behind.get(after) ?? []).map(({ id, side }) => pairOf(id, null, side))
  return [...alone(null), ...pairs.flatMap((pair) => [pair, ...alone(pair.id)])]
}

function aloneAfter(
  own: ReadonlyMap<string, Side>,
  others: ReadonlyMap<string, Side>,
): { id: string; side: Side; after: string | null }[] {
  let after: string | null = null
  return [...others].flatMap(([id, side]) => {
    if (!own.has(id)) return [{ id, side, after }]
    after = id
    return []
  })
}

function sidesOf(steps: readonly Step[]): Map<string, Side> {
  const places = Map.groupBy(steps, ({ node_id, path }) => `${node_id}@${path}`)
  const sides = new Map<string, Side>()
  for (const [id, tries] of places) {
    const step = tries.findLast(({ superseded }) => !superseded) ?? tries.at(-1)
    if (step) sides.set(id, { step, attempts: tries.length })
  }
  return sides
}

function pairOf(id: string, here: Side | null, there: Side | null): PairedStep {
  const at = id.indexOf('@')
  return {
    ...{ id, node: id.slice(0, at), path: id.slice(at + 1), here, there },
    verdict: sidesVerdict(here, there),
  }
}

function sidesVerdict(here: Side | null, there: Side | null): Verdict {
  // A step that was passed over ran in neither way: beside one that doesn't exist there it's still "only here".
  if (!there) return 'only_here'
  if (!here) return 'only_there'
  const before = known.get(here.step)?.get(there.step)
  if (before) return before
  const verdict = verdictOf(here.step, there.step)
  const others = known.get(here.step) ?? new WeakMap<Step, Verdict>()
  known.set(here.step, others.set(there.step, verdict))
  return verdict
}

/** How one step beside another is to be called; data that wasn't fetched leaves it open. */
export function verdictOf(here: Step, there: Step): Verdict {
  if (here.status !== there.status) return 'status'
  if (here.port !== there.port) return 'way'
  const alike = [areAlike(here.input, there.input), areAlike(here.output, there.output)]
  if (alike.includes(false) || here.error?.code !== there.error?.code) return 'data'
  return alike.includes(null) ? 'open' : 'alike'
}

const areAlike = (here: Data, there: Data): boolean | null =>
  isLeftOut(here) || isLeftOut(there) ? null : isAlike(here, there)

/** Whether somebody who looks for differences wants to see it. */
export const differs = ({ verdict }: PairedStep): boolean =>
  verdict !== 'alike' && verdict !== 'open'

/** How many pairs there are of each verdict. */
export function countVerdicts(pairs: readonly PairedStep[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = {
    ...{ only_here: 0, only_there: 0, status: 0, way: 0, data: 0, alike: 0, open: 0 },
  }
  for (const { verdict } of pairs) counts[verdict] += 1
  return counts
}

/** How long a side took, in milliseconds; null while it goes on or where it was passed over. */
export function tookOfSide(side: Side | null): number | null {
  if (!side || side.step.finished_at === null || side.step.status === 'skipped') return null
  return Date.parse(side.step.finished_at) - Date.parse(side.step.started_at)
}
