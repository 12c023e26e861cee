import type { Data } from '../data.ts'
import { lengthOf, LARGEST_OUTPUT } from '../execute/size.ts'
import type { ErrorData, StepRecord } from '../store.ts'
import { CHUNK, chunkPath, chunkResults, chunksOf } from './chunks.ts'
import type { RunEvent } from './events.ts'
import { itemFrame, resultOf } from './frames.ts'
import type { Frame, LoopRun } from './state.ts'

/** A loop that knows its items and has begun none. */
export function newLoop(event: Extract<RunEvent, { kind: 'looped' }>): LoopRun {
  const { step, items, concurrency, goesOn, keepsResults, atLimit } = event
  return {
    ...{ step, items, concurrency, goesOn, keepsResults, atLimit },
    ended: null,
    next: 0,
    frames: new Set(),
    results: [],
    reach: 0,
    size: 0,
    failed: [],
    chunks: chunksOf(items),
    advancing: false,
  }
}

/** Takes in the chunks that were written down: their items don't begin again. */
export function restoreChunks(loop: LoopRun, known: Map<string, StepRecord>): void {
  const count = loop.chunks?.left.length ?? 0
  for (let chunk = 0; chunk < count; chunk++) {
    const place = `${loop.step.node.id}@${chunkPath(loop, chunk)}`
    const record = known.get(place)
    if (record === undefined) continue
    known.delete(place)
    const { results, failed } = chunkResults(record)
    if (loop.chunks !== null) loop.chunks.left[chunk] = 0
    const from = chunk * CHUNK
    results.forEach((result, index) => keep(loop, from + index, result))
    for (const { index, error } of failed) keepError(loop, index, error)
    loop.reach = Math.min(from + CHUNK, loop.items.length)
  }
}

/** Whether another item may begin now. */
export function hasRoom(loop: LoopRun): boolean {
  if (loop.ended !== null || loop.frames.size >= loop.concurrency) return false
  skipRestored(loop)
  return loop.next < loop.items.length
}

function skipRestored(loop: LoopRun): void {
  if (loop.chunks === null) return
  while (loop.next % CHUNK === 0 && loop.chunks.left[loop.next / CHUNK] === 0) loop.next += CHUNK
}

/** Begins the next item. */
export function openItem(loop: LoopRun, counts: Uint16Array): Frame {
  const frame = itemFrame(loop, loop.next++, counts)
  loop.frames.add(frame)
  return frame
}

/** An item is done: its frame is dropped, only the result stays. */
export function keepResult(loop: LoopRun, frame: Frame): void {
  loop.frames.delete(frame)
  loop.reach = Math.max(loop.reach, frame.index + 1)
  if (loop.keepsResults) keep(loop, frame.index, resultOf(frame))
}

function keep(loop: LoopRun, index: number, result: Data): void {
  // Grown in order, without holes: items may end in any order.
  while (loop.results.length < index) loop.results.push(null)
  loop.results[index] = result
  loop.size += lengthOf(result, LARGEST_OUTPUT) + 1
}

/** An item has failed, and the loop goes on. */
export function keepFailure(loop: LoopRun, frame: Frame, error: ErrorData): void {
  loop.frames.delete(frame)
  loop.reach = Math.max(loop.reach, frame.index + 1)
  keepError(loop, frame.index, error)
}

function keepError(loop: LoopRun, index: number, error: ErrorData): void {
  loop.failed.push({ index, error })
  loop.size += error.title.length + error.detail.length + 80
}

/** Whether what the items yielded is more than a step may hand on. */
export const isTooLarge = ({ size }: LoopRun): boolean => size > LARGEST_OUTPUT

export const isDone = (loop: LoopRun): boolean =>
  loop.frames.size === 0 && (loop.ended !== null || loop.next >= loop.items.length)

/** What the steps after a loop see of it. */
export function loopOutput(loop: LoopRun): Data {
  const { ended, reach: count } = loop
  const results = loop.keepsResults ? inPlaces(loop) : []
  if (loop.atLimit !== null) return { results, count, reason: ended ?? 'limit' }
  const failed = loop.failed.toSorted((a, b) => a.index - b.index)
  return {
    results,
    failed: failed.map(({ index, error }) => ({
      index,
      error: { code: error.code, title: error.title, detail: error.detail },
    })),
    count,
    stopped_early: ended === 'stopped',
  }
}

/** Each result at its item's place in the list; nothing at the places of those that failed or were called off. */
function inPlaces({ results, reach }: LoopRun): Data[] {
  while (results.length < reach) results.push(null)
  return results
}
