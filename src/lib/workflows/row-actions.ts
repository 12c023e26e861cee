import Archive from '@lucide/svelte/icons/archive'
import ArchiveRestore from '@lucide/svelte/icons/archive-restore'
import Copy from '@lucide/svelte/icons/copy'
import History from '@lucide/svelte/icons/history'
import Lock from '@lucide/svelte/icons/lock'
import Pause from '@lucide/svelte/icons/pause'
import Pencil from '@lucide/svelte/icons/pencil'
import Play from '@lucide/svelte/icons/play'
import Trash from '@lucide/svelte/icons/trash-2'
import type { MenuEntry } from '#lib/ui/choice.ts'
import { statusOf, type WorkflowEntry } from './rows.ts'
import { texts } from './texts.ts'

type Deed =
  'rename' | 'duplicate' | 'restrict' | 'pause' | 'resume' | 'archive' | 'restore' | 'delete'

/** What the list can do to a workflow. */
export type WorkflowDeeds = Record<Deed, (entry: WorkflowEntry) => void>

/** The menu of a workflow: only what makes sense in its status. `unavailable`: why the person may not change it. */
export function actionsFor(
  entry: WorkflowEntry,
  deeds: WorkflowDeeds,
  unavailable: string | undefined,
): MenuEntry[] {
  const executions: MenuEntry = {
    label: texts.actions.executions,
    icon: History,
    href: `/w/${entry.workspace_id}/executions?workflow=${entry.id}`,
  }
  if (unavailable !== undefined) return [executions, { line: true }, { note: unavailable }]

  const status = statusOf(entry)
  const change = (deed: Deed, icon: typeof Pencil, danger = false): MenuEntry => ({
    label: texts.actions[deed],
    icon,
    danger,
    onselect: () => deeds[deed](entry),
  })
  return [
    change('rename', Pencil),
    change('duplicate', Copy),
    executions,
    change('restrict', Lock),
    { line: true },
    ...(status === 'live' ? [change('pause', Pause)] : []),
    ...(status === 'paused' ? [change('resume', Play)] : []),
    status === 'archived' ? change('restore', ArchiveRestore) : change('archive', Archive),
    change('delete', Trash, true),
  ]
}
