import * as Y from 'yjs'
import type { Data } from '#lib/engine/data.ts'

/**
 * How a draft lies in its Yjs document:
 * - `nodes`: node id -> map of type, version, key, title, x, y, config (a map with one entry per field; long texts are
 *   Y.Text, everything else is plain data), retry, timeoutSeconds, onError, disabled, pinned, note (Y.Text), group (id of the
 *   frame it stands in), placed (true once somebody put it where it is by hand).
 * - `edges`: edge id -> plain { source, sourcePort, target, targetPort }. Replaced whole, never changed in part.
 * - `notes`: note id -> map of text (Y.Text), x, y, width, height, colour, group.
 * - `groups`: group id -> map of title, colour. What stands in it says so itself, so nothing is ever in two.
 * - `settings`: name -> plain value.
 * - `editors`: person's id -> when they last changed something (ISO 8601); kept by the sync server.
 */
export const nodesOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('nodes')
export const edgesOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('edges')
export const notesOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('notes')
export const groupsOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('groups')
export const settingsOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('settings')
export const editorsOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('editors')

/** The map of one node; nothing when it was deleted or never was one. */
export function nodeMap(doc: Y.Doc, id: string): Y.Map<unknown> | undefined {
  const node = nodesOf(doc).get(id)
  return node instanceof Y.Map ? node : undefined
}

/** The config of one node. */
export function configMap(doc: Y.Doc, id: string): Y.Map<unknown> | undefined {
  const config = nodeMap(doc, id)?.get('config')
  return config instanceof Y.Map ? config : undefined
}

/** The map of one sticky note. */
export function noteMap(doc: Y.Doc, id: string): Y.Map<unknown> | undefined {
  const note = notesOf(doc).get(id)
  return note instanceof Y.Map ? note : undefined
}

/** The map of one group. */
export function groupMap(doc: Y.Doc, id: string): Y.Map<unknown> | undefined {
  const group = groupsOf(doc).get(id)
  return group instanceof Y.Map ? group : undefined
}

const DEEPEST = 64

/**
 * Whatever lies in the document, as data that can be stored; undefined when it can't be.
 * Other clients may write anything, so nothing is taken on trust.
 */
export function toData(value: unknown, depth = 0): Data | undefined {
  if (depth > DEEPEST) return undefined
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (value instanceof Y.Text) return value.toString()
  if (value instanceof Y.AbstractType) return toData(value.toJSON(), depth + 1)
  if (Array.isArray(value)) return value.map((item) => toData(item, depth + 1) ?? null)
  if (typeof value === 'object' && !ArrayBuffer.isView(value)) {
    const entries = Object.entries(value).flatMap(([name, item]) => {
      const data = toData(item, depth + 1)
      return data === undefined ? [] : [[name, data] as const]
    })
    return Object.fromEntries(entries)
  }
  return undefined
}

/** A text, shared letter by letter or plain; empty when it's something else. */
export const textOf = (value: unknown): string =>
  value instanceof Y.Text ? value.toString() : typeof value === 'string' ? value : ''

/** A number; nought when it's something else. */
export const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : 0

/** Where two texts begin to differ and for how long: the smallest single replacement that turns one into the other. */
export function textChange(
  before: string,
  after: string,
): { at: number; remove: number; insert: string } {
  let start = 0
  const shorter = Math.min(before.length, after.length)
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (
    end < shorter - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1
  }
  return {
    at: start,
    remove: before.length - start - end,
    insert: after.slice(start, after.length - end),
  }
}

/** Makes a shared text say something else; the letters that stay are kept, so that others' typing in it is as well. */
export function replaceText(text: Y.Text, after: string): void {
  const { at, remove, insert } = textChange(text.toString(), after)
  if (remove > 0) text.delete(at, remove)
  if (insert !== '') text.insert(at, insert)
}
