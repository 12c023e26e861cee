import { onDestroy, untrack } from 'svelte'
import type { Data } from '#lib/engine/data.ts'
import { isTrigger, type NodeDefinition } from '#lib/engine/index.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Host } from '../state/host.svelte.ts'
import { sampleOf } from '../variables/samples.ts'
import { upstreamOf } from '../variables/sources.ts'
import { Samples, setSamples } from '../samples/samples.svelte.ts'
import { PreviewState, setPreview, startWorker } from './preview-state.svelte.ts'
import { Results, setResults } from './results.svelte.ts'
import { setStepTests, StepTests, type TestPlace } from './step-tests.svelte.ts'

/** Begins to look at the drawing on its sample, for as long as the page is open. Called while the page is made; gives what cards show of it. */
export function openPreview(
  { editor, host }: { editor: Editor; host: Host },
  tested: Pick<TestPlace, 'session' | 'workflow' | 'started'>,
): Results {
  const example = (node: NodeDefinition): Data => {
    const type = editor.typeOf(node)
    return type ? sampleOf(node, type, host.pipelines) : null
  }
  const preview = new PreviewState(startWorker, example)
  setPreview(preview)
  const samples = new Samples(host.supabase, host.workflow.id, editor.run)
  setSamples(samples)
  const { workspace, workflow } = host
  preview.place(
    { id: workspace.id, name: workspace.name, timeZone: workspace.time_zone },
    { id: workflow.id, name: workflow.name },
  )
  $effect(() => untrack(() => samples.start()))
  $effect(() => preview.sample(samples.known))
  $effect(() => {
    editor.outputs = samples.outputs
  })
  $effect(() => preview.draw(editor.definition))
  $effect(() => preview.from(triggerBefore(editor)))
  setStepTests(new StepTests({ editor, host, samples, preview, ...tested }))
  onDestroy(() => preview.destroy())
  return setResults(new Results({ editor, host, preview, samples }, localStorage))
}

/** The trigger from which the open step is looked at: itself, or one that leads to it. */
function triggerBefore(editor: Editor): string | null {
  const { definition, inspected } = editor
  if (inspected === null) return null
  const before = [inspected.id, ...upstreamOf(definition, inspected.id)]
  const found = before.find((id) => {
    const node = editor.node(id)
    const type = node && editor.typeOf(node)
    return type !== undefined && isTrigger(type)
  })
  return found ?? null
}
