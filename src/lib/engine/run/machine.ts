import type { Data } from '../data.ts'
import type { Plan, PlanNode } from '../plan/plan.ts'
import type { ErrorData } from '../store.ts'
import type { Effect, RunEvent } from './events.ts'
import { failureOutput } from './failure-output.ts'
import { arrivalsOf, newStep, openSteps, resultOf, rootFrame } from './frames.ts'
import { chunkDone, chunkOutput, chunkPath } from './chunks.ts'
import { loopErrors } from './loop-errors.ts'
import {
  hasRoom,
  isDone,
  isTooLarge,
  keepFailure,
  keepResult,
  loopOutput,
  newLoop,
  openItem,
  restoreChunks,
} from './loops.ts'
import { interruptionsIn, passesIn, recall } from './progress.ts'
import { lastRecords, recordOf, type Known } from './recorded.ts'
import type { End, Frame, LoopRun, RunState, Step } from './state.ts'
import { rest, wake } from './waiting.ts'

/*
 * The state machine: (state, event) -> effects. No clock, no chance, no I/O: the same events give the same run, and the
 * order in which parallel steps end makes no difference to how it ends. It changes its state in place, for speed;
 * whoever holds a state hands it in and goes on with what became of it.
 *
 * Joins: each node counts the edges that have still to say something. An edge says "alive" when its port was taken and
 * "dead" when it wasn't, or when its source was passed over. When the last one has spoken, the node runs if any was
 * alive, and is passed over otherwise, which its own edges say in turn. So a join never hangs.
 */

/**
 * Begins a run at a trigger, or takes one up again: steps that were written down are not run but answered from what was
 * written, so resuming is the same walk through the same drawing.
 */
export function begin(
  plan: Plan,
  trigger: PlanNode,
  known: Known = { steps: [], attemptsBefore: {}, deliveries: [] },
): { state: RunState; effects: Effect[] } {
  const entry = plan.entry(trigger)
  const state: RunState = {
    plan,
    entry,
    known: lastRecords(known.steps),
    attemptsBefore: known.attemptsBefore,
    interruptions: interruptionsIn(known.steps),
    deliveries: Map.groupBy(known.deliveries, ({ node, path }) => `${node}@${path}`),
    isNew: known.steps.length === 0 && Object.keys(known.attemptsBefore).length === 0,
    passes: passesIn(known),
    root: rootFrame(entry.outside),
    waiting: new Set(),
    pending: [],
    over: null,
  }
  const effects: Effect[] = []
  ready(state, trigger, state.root)
  settle(state, effects)
  return { state, effects }
}

/** Takes in one event. Events about steps that were called off meanwhile change nothing. */
export function apply(state: RunState, event: RunEvent): Effect[] {
  const effects: Effect[] = []
  if (state.over === null) {
    take(state, event, effects)
    settle(state, effects)
  }
  return effects
}

function take(state: RunState, event: RunEvent, effects: Effect[]): void {
  switch (event.kind) {
    case 'wake':
      return wake(state, event.now, effects)
    case 'cancel':
      return end(state, { status: 'cancelled', error: null, output: null }, effects)
    case 'timeout':
      return end(state, { status: 'timed_out', error: null, output: null }, effects)
    case 'halted':
      return end(state, { status: 'failed', error: event.error, output: null }, effects)
  }
  const { step } = event
  if (step.status === 'closed') return
  switch (event.kind) {
    case 'finished':
      return finish(state, step, event.port, event.output, effects)
    case 'failed':
      return fail(state, step, event.error, effects)
    case 'suspended':
      step.progress = event.progress
      step.hasWaits = event.hasWaits
      return rest(state, step, event.until, false)
    case 'postponed':
      return rest(state, step, event.until, true)
    case 'looped':
      step.loop = newLoop(event)
      if (!state.isNew) restoreChunks(step.loop, state.known)
      return advance(state, step.loop, effects)
    case 'judged':
      return judged(state, step, event.verdict, effects)
  }
}

/** A node has everything that it waited for. */
function ready(state: RunState, node: PlanNode, frame: Frame): void {
  const step = newStep(node, frame)
  frame.open.add(step)
  state.pending.push(step)
}

/** Hands out what is ready, and answers from what was written before, until neither is left. */
function settle(state: RunState, effects: Effect[]): void {
  // The list grows while it's walked through; what is behind is cut off now and then, as a resumed loop can be long.
  let index = 0
  for (; index < state.pending.length && state.over === null; index++) {
    const step = state.pending[index]
    if (step !== undefined && step.status === 'ready') hand(state, step, effects)
    if (index === 1000) {
      state.pending.splice(0, index + 1)
      index = -1
    }
  }
  state.pending.length = 0
}

function hand(state: RunState, step: Step, effects: Effect[]): void {
  const record = state.isNew ? undefined : recordOf(state, step)
  if (step.node.definition.disabled) return passThrough(state, step, record !== undefined, effects)
  const event = record === undefined ? null : recall(step, record)
  if (event !== null) return take(state, event, effects)
  step.status = 'running'
  effects.push({ kind: 'run', step })
}

/** A switched-off step lets pass what arrived, as if it were a piece of the edge. */
function passThrough(state: RunState, step: Step, written: boolean, effects: Effect[]): void {
  const { node } = step
  const arrivals = arrivalsOf(step)
  if (!written) effects.push({ kind: 'skipped', step, port: node.passPort })
  close(state, step)
  step.frame.outcomes[node.slot] = { port: node.passPort, hands: arrivals }
  leave(state, step, node.passPort, arrivals[0]?.output ?? null, effects)
}

function finish(state: RunState, step: Step, port: string, output: Data, effects: Effect[]): void {
  const { node, frame } = step
  close(state, step)
  frame.steps[node.key] = output
  frame.outcomes[node.slot] = { port, hands: [{ key: node.key, output }] }
  if (node.type.endsLoop === true) stopLoop(state, frame, effects)
  leave(state, step, port, output, effects)
}

/** Tells all edges that leave a step, and looks whether that was the last thing to happen in its frame. */
function leave(
  state: RunState,
  { node, frame }: Step,
  port: string,
  output: Data,
  effects: Effect[],
): void {
  let followed = false
  for (const edge of node.outgoing) {
    const alive = edge.port === port
    followed ||= alive
    arrive(state, edge.target, frame, alive, effects)
  }
  if (!followed) frame.ends.push({ node, output })
  if (frame.open.size === 0) frameEnded(state, frame, effects)
}

/** One edge says whether it brings something. */
function arrive(
  state: RunState,
  target: PlanNode,
  frame: Frame,
  alive: boolean,
  effects: Effect[],
): void {
  const told: [PlanNode, boolean][] = [[target, alive]]
  // A list instead of recursion: dead paths may be thousands of steps long.
  for (let next = told.pop(); next !== undefined; next = told.pop()) {
    const [node, isAlive] = next
    const left = (frame.left[node.slot] ?? 0) - 1
    frame.left[node.slot] = left
    if (isAlive) frame.alive[node.slot] = 1
    if (left > 0) continue
    if (frame.alive[node.slot] === 1) {
      ready(state, node, frame)
    } else {
      passOver(state, node, frame, effects)
      for (const edge of node.outgoing) told.push([edge.target, false])
    }
  }
}

function passOver(state: RunState, node: PlanNode, frame: Frame, effects: Effect[]): void {
  const step = newStep(node, frame)
  step.status = 'closed'
  frame.outcomes[node.slot] = { port: null, hands: [] }
  if (!state.isNew && recordOf(state, step) !== undefined) return
  effects.push({ kind: 'skipped', step, port: null })
}

/** A step has failed for good: on by its failure port, or its frame fails with it. */
function fail(state: RunState, step: Step, error: ErrorData, effects: Effect[]): void {
  const { failurePort } = step.node
  if (failurePort !== null) return finish(state, step, failurePort, failureOutput(error), effects)
  close(state, step)
  const { loop } = step.frame
  if (loop === null) return end(state, { status: 'failed', error, output: null }, effects)
  callOff(state, step.frame, effects)
  if (loop.goesOn) {
    keepFailure(loop, step.frame, error)
    itemOver(state, loop, step.frame.index, effects)
    return advance(state, loop, effects)
  }
  failLoop(state, loop, error, effects)
}

/** Begins as many items as may run side by side. Items that end at once are taken in here, not deeper in the stack. */
function advance(state: RunState, loop: LoopRun, effects: Effect[]): void {
  if (loop.advancing) return
  loop.advancing = true
  const { node } = loop.step
  const counts = state.entry.inside.get(node) ?? new Uint16Array()
  while (loop.step.status !== 'closed' && hasRoom(loop)) {
    const frame = openItem(loop, counts)
    for (const edge of node.bodyEdges) arrive(state, edge.target, frame, true, effects)
    if (frame.open.size === 0) itemEnded(state, loop, frame, effects)
  }
  loop.advancing = false
  if (loop.step.status === 'closed' || !isDone(loop)) return
  if (loop.atLimit === 'fail' && loop.ended === null) {
    return failLoop(state, loop, loopErrors.limitReached(node, loop.reach), effects)
  }
  const output = loopOutput(loop)
  effects.push({ kind: 'loop_finished', step: loop.step, port: node.passPort, output })
  finish(state, loop.step, node.passPort, output, effects)
}

/** An item's steps are all over. Of a loop that repeats, the rules say whether that was the last pass. */
function itemEnded(state: RunState, loop: LoopRun, frame: Frame, effects: Effect[]): void {
  if (loop.atLimit !== null && loop.ended === null && !wentOn(state, loop, frame)) {
    effects.push({ kind: 'judge', step: loop.step, frame })
    return
  }
  keepResult(loop, frame)
  itemOver(state, loop, frame.index, effects)
}

/** An earlier process began the next pass: what the rules said then holds. */
function wentOn({ passes }: RunState, { step }: LoopRun, { index }: Frame): boolean {
  const { path } = step.frame
  const last = passes.get(path === '' ? step.node.key : `${path}/${step.node.key}`)
  return last !== undefined && last > index
}

function judged(
  state: RunState,
  step: Step,
  verdict: boolean | ErrorData,
  effects: Effect[],
): void {
  const { loop } = step
  const [frame] = loop?.frames ?? []
  if (loop === null || frame === undefined) return
  if (typeof verdict === 'object') return failLoop(state, loop, verdict, effects)
  if (verdict) loop.ended = 'rules'
  keepResult(loop, frame)
  itemOver(state, loop, frame.index, effects)
  advance(state, loop, effects)
}

/** What came of an item is kept: looks whether it was the last one of a chunk, or one too many. */
function itemOver(state: RunState, loop: LoopRun, index: number, effects: Effect[]): void {
  if (isTooLarge(loop)) {
    return failLoop(state, loop, loopErrors.tooManyResults(loop.step.node, loop.reach), effects)
  }
  const chunk = chunkDone(loop, index)
  if (chunk === null || loop.step.frame.isQuiet) return
  const { step } = loop
  effects.push({
    kind: 'chunk',
    step,
    path: chunkPath(loop, chunk),
    output: chunkOutput(loop, chunk),
  })
}

/** A step has said that its item is the last one: those beside it are called off, its own other steps come to their end. */
function stopLoop(state: RunState, frame: Frame, effects: Effect[]): void {
  const { loop } = frame
  if (loop === null) return
  loop.ended = 'stopped'
  for (const other of [...loop.frames]) {
    if (other === frame) continue
    callOff(state, other, effects)
    loop.frames.delete(other)
  }
}

/** An item has failed, and the loop is set to stop then. */
function failLoop(state: RunState, loop: LoopRun, error: ErrorData, effects: Effect[]): void {
  for (const frame of loop.frames) callOff(state, frame, effects)
  loop.frames.clear()
  effects.push({ kind: 'loop_failed', step: loop.step, error, port: loop.step.node.failurePort })
  fail(state, loop.step, error, effects)
}

/** All of a frame's steps are over. */
function frameEnded(state: RunState, frame: Frame, effects: Effect[]): void {
  if (frame.loop === null)
    end(state, { status: 'succeeded', error: null, output: resultOf(frame) }, effects)
  else {
    itemEnded(state, frame.loop, frame, effects)
    advance(state, frame.loop, effects)
  }
}

/** The whole run is over, whatever is still going on. */
function end(state: RunState, how: End, effects: Effect[]): void {
  state.over = how
  callOff(state, state.root, effects)
  effects.push({ kind: 'ended', end: how })
}

/** Calls off every step of a frame that is not over. */
function callOff(state: RunState, frame: Frame, effects: Effect[]): void {
  for (const step of [...openSteps(frame)]) {
    const begun = step.status !== 'ready'
    close(state, step)
    if (begun) effects.push({ kind: 'called_off', step })
  }
}

function close(state: RunState, step: Step): void {
  if (step.status === 'waiting') state.waiting.delete(step)
  step.status = 'closed'
  step.frame.open.delete(step)
}
