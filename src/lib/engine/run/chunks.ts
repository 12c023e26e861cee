import type { Data } from '../data.ts'
import type { ErrorData, StepRecord } from '../store.ts'
import type { LoopRun } from './state.ts'

/*
 * Long lists are written down in chunks. When all items of a part of the list are over, one record says what came of
 * them; whoever takes the loop up again restores that part from it and doesn't walk through its items. It's a record of
 * the loop's node, its path ending in `#<from>-<to>` (`to` not included): `each_row#500-600`, `outer:2/inner#0-100`.
 *
 * Where a loop's body only computes, the steps of items beyond the first thousand leave no rows of their own unless they
 * fail: a crash repeats the chunk that they're in. Steps that act on something always leave their rows.
 */

/** Lists that are longer than this are written in chunks; of so many items, pure steps can be looked at one by one. */
export const LONG_LIST = 1000

/**
 * Items of a chunk: few enough that what computes for some milliseconds an item gets through one within what a hosted
 * invocation may use, or it would begin the same chunk again and again.
 */
export const CHUNK = 100

/** How far the chunks of a list are. */
export interface Chunks {
  /** By chunk: items that are not over yet. */
  left: Uint16Array
}

/** Whether a record is what came of a part of a long list, and not a step of its own: nothing that people look at. */
export const isChunk = ({ path }: Pick<StepRecord, 'path'>): boolean => path.includes('#')

/** The chunks of a list; null if it's short enough to do without. */
export function chunksOf({ length }: readonly Data[]): Chunks | null {
  if (length <= LONG_LIST) return null
  const left = new Uint16Array(Math.ceil(length / CHUNK)).fill(CHUNK)
  left[left.length - 1] = length - (left.length - 1) * CHUNK
  return { left }
}

/** Whether the steps of an item leave no rows, as all they do is compute. */
export const leavesNoRows = (loop: LoopRun, index: number): boolean =>
  loop.chunks !== null && index >= LONG_LIST && loop.step.node.isPureLoop

/** Where a chunk's record is. */
export function chunkPath({ step: { node, frame }, items }: LoopRun, chunk: number): string {
  const place = frame.path === '' ? node.key : `${frame.path}/${node.key}`
  const to = Math.min((chunk + 1) * CHUNK, items.length)
  return `${place}#${chunk * CHUNK}-${to}`
}

/** What a chunk's record keeps. */
export function chunkOutput(loop: LoopRun, chunk: number): Data {
  const [from, to] = [chunk * CHUNK, (chunk + 1) * CHUNK]
  const failed = loop.failed.filter(({ index }) => index >= from && index < to)
  return {
    results: loop.keepsResults ? loop.results.slice(from, to) : [],
    failed: failed.map(({ index, error }) => ({ index, error: { ...error } })),
  }
}

/** An item is over: the number of its chunk if it was the last one in it. */
export function chunkDone({ chunks }: LoopRun, index: number): number | null {
  if (chunks === null) return null
  const chunk = Math.floor(index / CHUNK)
  const left = (chunks.left[chunk] ?? 0) - 1
  chunks.left[chunk] = left
  return left === 0 ? chunk : null
}

/** What a chunk's record says came of its items. */
export interface ChunkResults {
  results: readonly Data[]
  failed: readonly { index: number; error: ErrorData }[]
}

/** Reads a chunk's record back. */
export const chunkResults = ({ output }: StepRecord): ChunkResults =>
  output as unknown as ChunkResults // written by chunkOutput
