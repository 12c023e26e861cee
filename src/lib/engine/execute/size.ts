import type { Data } from '../data.ts'
import { problems } from './problems.ts'

/** The largest output of a step, in characters of JSON. */
export const LARGEST_OUTPUT = 3_500_000
/** Inputs are for people to look at; they can be made again from the steps before. */
const LARGEST_INPUT = 200_000

/** About how long data is as JSON; stops counting beyond `limit`. */
export function lengthOf(data: unknown, limit: number): number {
  if (typeof data === 'string') return data.length + 2
  if (typeof data !== 'object' || data === null) return 6
  let length = 2
  if (Array.isArray(data)) {
    for (const entry of data) {
      length += lengthOf(entry, limit - length) + 1
      if (length > limit) return length
    }
    return length
  }
  const fields = data as Record<string, unknown> // neither plain nor a list: a group of fields
  for (const name in fields) {
    length += lengthOf(fields[name], limit - length) + name.length + 4
    if (length > limit) return length
  }
  return length
}

/** Refuses an output that is too large to be stored. */
export function checkOutput(output: Data): void {
  if (lengthOf(output, LARGEST_OUTPUT) <= LARGEST_OUTPUT) return
  throw problems.outputTooLarge(LARGEST_OUTPUT)
}

/** A step's input as it's stored: left out when it's very large. */
export const storedInput = (input: Data): Data =>
  lengthOf(input, LARGEST_INPUT) <= LARGEST_INPUT ? input : { 'weft:left_out': true }
