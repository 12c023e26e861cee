import * as Y from 'yjs'
import { registry, type WorkflowDefinition } from '#lib/engine/index.ts'
import { longTexts } from '../document/long-texts.ts'
import { fromDefinition } from '../document/write.ts'
import { Editor } from '../state/editor.svelte.ts'

/** An editor of a drawing that nobody edits any more: the one that an execution ran. */
export function readOnlyEditor(definition: WorkflowDefinition): Editor {
  const doc = new Y.Doc()
  fromDefinition(doc, definition, longTexts)
  const editor = new Editor({ doc, registry, canEdit: () => false })
  // What may be wrong with it now is of no interest here; what happened is.
  editor.problems.all = []
  return editor
}
