import { z } from 'zod'
import type { Ending, ExecutionEnd, StepEnd } from './ending.ts'
import { itemsOf } from './promises.ts'

/** Where two runs may differ: in what was called off because something else failed first. */
function stoppedIn(...ends: ExecutionEnd[]): (step: StepEnd) => boolean {
  const isWhole = ends.some(({ status }) => status !== 'succeeded')
  const failed = ends.flatMap(({ steps }) =>
    [...steps.values()].filter(
      ({ status, record }) => status === 'failed' && record.progress === null,
    ),
  )
  // A loop that failed has called off its items; a step whose failure nobody dealt with, the item that it's in.
  const broken = ends.flatMap(({ steps }) =>
    [...steps.values()].filter(({ type }) => type === 'logic.break').map(({ path }) => path),
  )
  return ({ path }) =>
    isWhole ||
    // Whatever else was under way with the item that broke its loop off.
    broken.some((item) => path === item || path.startsWith(`${item}/`)) ||
    failed.some(
      ({ record }) =>
        isWithin(path, record) ||
        (record.port === null && (path === record.path || path.startsWith(`${record.path}/`))),
    )
}

/** Whether a path leads into a loop. */
function isWithin(path: string, loop: { node: string; path: string }): boolean {
  const inner = loop.path === '' ? `${loop.node}:` : `${loop.path}/${loop.node}:`
  return path.startsWith(inner)
}

/** Came to an end of its own; a failed attempt that another one was to follow didn't. */
const isSettled = ({ status, record }: StepEnd): boolean =>
  status === 'succeeded' || (status === 'failed' && record.progress === null)

/** What is different from the fault-free twin, and may not be. */
export function differences(
  real: Ending,
  twin: Ending,
  isPromised: (name: string) => boolean,
): string[] {
  const may: MayDiffer = { calledOff: new Set(), apart: new Set() }
  // Callers come before those whom they called: a name begins with its caller's.
  const names = [...new Set([...real.executions.keys(), ...twin.executions.keys()])]
  return names
    .filter((name) => isPromised(name) || (real.executions.has(name) && twin.executions.has(name)))
    .toSorted((a, b) => a.length - b.length)
    .flatMap((name) => compared(name, real.executions.get(name), twin.executions.get(name), may))
}

/** What begins in an execution's two lives: see names.ts. */
const inBothLives = (name: string): string[] => [name, name.replace(/^\S+/, '$&+')]

/** What a replay of an execution, and whatever that starts, is called. */
const ofReplay = (name: string): string => `${name}~`

/** What the names of executions begin with that may differ. */
interface MayDiffer {
  /** Called off with the step that called them: they may have got less far, or not have begun. */
  calledOff: Set<string>
  /** What they began with was different already. */
  apart: Set<string>
}

/** Whether a name begins with one of others. "x1" isn't the beginning of "x10". */
const beginsLike = (name: string, others: ReadonlySet<string>): boolean =>
  [...others].some(
    (one) => name.startsWith(one) && !(/x\d+$/.test(one) && /^\d/.test(name.slice(one.length))),
  )

function compared(
  name: string,
  mine: ExecutionEnd | undefined,
  theirs: ExecutionEnd | undefined,
  { calledOff, apart }: MayDiffer,
): string[] {
  if (beginsLike(name, apart)) return []
  const isCalledOff = beginsLike(name, calledOff)
  if (mine === undefined || theirs === undefined) {
    return isCalledOff
      ? []
      : [`${name} is only there ${mine === undefined ? 'without' : 'with'} faults`]
  }
  // Nobody cancels in the twin's world: what was called off here has no other reason than a person's.
  if (mine.status === 'cancelled') for (const one of inBothLives(name)) calledOff.add(one)
  if (mine.isApart || mine.status === 'cancelled') apart.add(ofReplay(name))
  if (mine.isApart) {
    for (const one of inBothLives(name)) apart.add(one)
    return []
  }
  if (mine.retriedAfter !== theirs.retriedAfter && !isCalledOff) {
    return [
      `${name} was retried after it was ${mine.retriedAfter} instead of ${theirs.retriedAfter}`,
    ]
  }
  // How far the rest had come in its first life when that failed decides what is called in which life.
  if (mine.retriedAfter !== null) for (const one of inBothLives(name)) apart.add(`${one} s`)
  const mayDiffer =
    (isCalledOff || mine.wasCancelled) &&
    (mine.status === 'cancelled' || theirs.status === 'cancelled')
  const problems = [...ownError(name, mine), ...ownItemErrors(name, mine)]
  if (mine.status !== theirs.status && !mayDiffer) {
    const told = ({ status, error }: ExecutionEnd) => `${status} (${error?.code})`
    problems.push(`${name} is ${told(mine)} instead of ${told(theirs)}`)
  }
  const isStopped = stoppedIn(mine, theirs)
  for (const place of new Set([...mine.steps.keys(), ...theirs.steps.keys()])) {
    const [a, b] = [mine.steps.get(place), theirs.steps.get(place)]
    const step = a ?? b
    if (step === undefined) continue
    const mayHaveStopped = isStopped(step)
    if (mayHaveStopped) {
      for (const one of inBothLives(name))
        calledOff.add(`${one} ${step.node}@${itemsOf(step.path)}`)
    }
    // What was called off may have got further or less far; what came to an end in both came to the same.
    const isOpen = a === undefined || b === undefined || !isSettled(a) || !isSettled(b)
    if (a?.text === b?.text) continue
    // What a replay of it finds done is then another matter, too.
    apart.add(ofReplay(name))
    if (mayHaveStopped && isOpen) continue
    problems.push(`${name} ${place}: ${a?.text} instead of ${b?.text}`)
  }
  if (mine.refused !== theirs.refused && !apart.has(ofReplay(name)))
    problems.push(`the replay of ${name} was refused: ${mine.refused} instead of ${theirs.refused}`)
  return problems
}

const failures = z.object({
  failed: z.array(z.object({ index: z.number(), error: z.object({ code: z.string() }) })),
})

/** An item that failed did so because of one of the steps in it; and so did a loop that failed with one of its items. */
function ownItemErrors(name: string, { steps, failures: known }: ExecutionEnd): string[] {
  // What was taken over from another execution failed there.
  const all = [...steps.values()].filter(({ isReused }) => !isReused)
  return all.flatMap(({ node, path, record: { output, error } }) => {
    const loop = `${path === '' ? '' : `${path}/`}${node}`
    const ofItems = (failures.safeParse(output).data?.failed ?? []).map(
      ({ index, error: { code } }) => ({
        code,
        is: (at: string) => isInside(at, `${loop}:${index}`),
      }),
    )
    const ofLoop =
      error === null || error.node === node
        ? []
        : [{ code: error.code, is: (at: string) => at.startsWith(`${loop}:`) }]
    return [...ofItems, ...ofLoop]
      .filter(({ code, is }) => !known.some((failure) => is(failure.path) && failure.code === code))
      .map(({ code }) => `${name} ${loop} failed of ${code}, which no step in it did`)
  })
}

const isInside = (path: string, item: string): boolean =>
  path === item || path.startsWith(`${item}/`)

/** An execution that failed did so because of one of its steps. */
function ownError(name: string, { status, error, steps }: ExecutionEnd): string[] {
  if (status !== 'failed') return []
  const isOwn = [...steps.values()].some(
    ({ node, record }) => node === error?.node && record.error?.code === error.code,
  )
  return isOwn
    ? []
    : [
        `${name} failed of ${error?.code} at ${error?.node}, which none of its steps did (${error?.detail})`,
      ]
}
