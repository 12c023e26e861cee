import type { Data } from '../data.ts'
import type { ErrorData } from '../store.ts'
import type { RunEvent } from './events.ts'
import { itemFrame, resultOf } from './frames.ts'
import type { Frame, LoopRun } from './state.ts'

/** A loop that knows its items and has begun none. */
export const newLoop = (event: Extract<RunEvent, { kind: 'looped' }>): LoopRun => ({
  step: event.step,
  items: event.items,
  concurrency: event.concurrency,
  goesOn: event.goesOn,
  next: 0,
  frames: new Set(),
  results: new Array<Data>(event.items.length).fill(null),
  failed: [],
  advancing: false,
})

/** Whether another item may begin now. */
export const hasRoom = (loop: LoopRun): boolean =>
  loop.next < loop.items.length && loop.frames.size < loop.concurrency

/** Begins the next item. */
export function openItem(loop: LoopRun, counts: Uint16Array): Frame {
  const frame = itemFrame(loop, loop.next++, counts)
  loop.frames.add(frame)
  return frame
}

/** An item is done: its frame is dropped, only the result stays. */
export function keepResult(loop: LoopRun, frame: Frame): void {
  loop.results[frame.index] = resultOf(frame)
  loop.frames.delete(frame)
}

/** An item has failed, and the loop goes on. */
export function keepFailure(loop: LoopRun, frame: Frame, error: ErrorData): void {
  loop.failed.push({ index: frame.index, error })
  loop.frames.delete(frame)
}

export const isDone = (loop: LoopRun): boolean =>
  loop.next >= loop.items.length && loop.frames.size === 0

/** What the steps after a loop see of it. */
export function loopOutput({ results, failed, items }: LoopRun): Data {
  const inOrder = failed.toSorted((a, b) => a.index - b.index)
  return {
    results,
    failed: inOrder.map(({ index, error }) => ({
      index,
      error: { code: error.code, title: error.title, detail: error.detail },
    })),
    count: items.length,
  }
}
