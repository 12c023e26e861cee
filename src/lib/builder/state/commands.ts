import Copy from '@lucide/svelte/icons/copy'
import CopyPlus from '@lucide/svelte/icons/copy-plus'
import Power from '@lucide/svelte/icons/power'
import Spline from '@lucide/svelte/icons/spline'
import Trash2 from '@lucide/svelte/icons/trash-2'
import type { NodeDefinition } from '#lib/engine/index.ts'
import type { MenuEntry } from '#lib/ui/choice.ts'
import { texts } from '../texts.ts'
import type { Editor } from './editor.svelte.ts'

/** What can be done with one step, for its menus. */
export function stepMenu(
  editor: Editor,
  node: NodeDefinition,
  anchor: () => { x: number; y: number },
): MenuEntry[] {
  const port = editor.portsOf(node)?.outputs[0]?.name
  const connect: MenuEntry[] =
    port === undefined
      ? []
      : [
          {
            label: texts.menu.connect,
            icon: Spline,
            onselect: () => (editor.connecting = { node: node.id, port, anchor: anchor() }),
          },
        ]
  return [
    ...connect,
    {
      label: texts.menu.duplicate,
      icon: CopyPlus,
      onselect: () => editor.duplicate([node.id]),
    },
    {
      label: texts.menu.copy,
      icon: Copy,
      onselect: () => void navigator.clipboard.writeText(editor.document.copy(new Set([node.id]))),
    },
    {
      label: node.disabled ? texts.menu.enable : texts.menu.disable,
      icon: Power,
      onselect: () => editor.setOption(node.id, 'disabled', !node.disabled),
    },
    { line: true },
    {
      label: texts.menu.remove,
      icon: Trash2,
      danger: true,
      onselect: () => editor.remove([node.id]),
    },
  ]
}
