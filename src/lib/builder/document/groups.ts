import type { DrawingColour } from '#lib/engine/definition/drawing.ts'
import type { WorkflowDocument } from '../document.ts'
import { groupMap, groupsOf, nodeMap, nodesOf, noteMap, notesOf } from './shape.ts'
import { buildGroup } from './write.ts'

/** Puts a frame around steps and notes, taking them out of other frames; answers with its id. */
export function groupThings(
  draft: WorkflowDocument,
  ids: Iterable<string>,
  group: { title: string; colour: DrawingColour },
): string {
  return draft.together(() => {
    const id = draft.makeId()
    groupsOf(draft.doc).set(id, buildGroup({ id, ...group }))
    for (const one of ids) thing(draft, one)?.set('group', id)
    dropEmpty(draft)
    return id
  })
}

/** Puts things into a group that is there, or (without one) takes them out of theirs. A frame left empty goes. */
export function putIntoGroup(
  draft: WorkflowDocument,
  ids: Iterable<string>,
  group: string | undefined,
): void {
  draft.together(() => {
    if (group !== undefined && !groupMap(draft.doc, group)) return
    for (const id of ids) {
      const one = thing(draft, id)
      if (!one || one.get('group') === group) continue
      if (group === undefined) one.delete('group')
      else one.set('group', group)
    }
    dropEmpty(draft)
  })
}

/** Takes a frame away; what stood in it stays where it is. */
export function ungroup(draft: WorkflowDocument, group: string): void {
  draft.together(() => {
    putIntoGroup(draft, members(draft, group), undefined)
    groupsOf(draft.doc).delete(group)
  })
}

export function nameGroup(draft: WorkflowDocument, id: string, title: string): void {
  draft.together(() => groupMap(draft.doc, id)?.set('title', title.slice(0, 200)), `name ${id}`)
}

export function colourGroup(draft: WorkflowDocument, id: string, colour: DrawingColour): void {
  draft.together(() => groupMap(draft.doc, id)?.set('colour', colour))
}

const thing = (draft: WorkflowDocument, id: string) =>
  nodeMap(draft.doc, id) ?? noteMap(draft.doc, id)

const all = (draft: WorkflowDocument): string[] => [
  ...nodesOf(draft.doc).keys(),
  ...notesOf(draft.doc).keys(),
]

const members = (draft: WorkflowDocument, group: string): string[] =>
  all(draft).filter((id) => thing(draft, id)?.get('group') === group)

function dropEmpty(draft: WorkflowDocument): void {
  const used = new Set(all(draft).map((id) => thing(draft, id)?.get('group')))
  for (const id of [...groupsOf(draft.doc).keys()]) {
    if (!used.has(id)) groupsOf(draft.doc).delete(id)
  }
}
