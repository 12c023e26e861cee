import { createContext } from 'svelte'
import type { NodeDefinition } from '#lib/engine/index.ts'
import type { Samples } from '../samples/samples.svelte.ts'
import type { Editor } from '../state/editor.svelte.ts'
import type { Host } from '../state/host.svelte.ts'
import { gistOf, ranGistOf, type Gist } from './gist.ts'
import type { BriefStep } from './messages.ts'
import type { PreviewState } from './preview-state.svelte.ts'

/** Where a browser keeps small things; `localStorage` fits. */
type Drawer = Pick<Storage, 'getItem' | 'setItem'>

const KEY = 'weft-builder-results'

/**
 * What stands on cards and rows of what each step comes to on the sample, or came to in the execution that is looked at;
 * whoever shows one asks for its own.
 */
export class Results {
  readonly editor: Editor
  #shown = $state(true)
  readonly #place: {
    host: Pick<Host, 'pipelines' | 'workflows'>
    preview: Pick<PreviewState, 'step'>
    samples: Pick<Samples, 'outputs'>
  }
  readonly #drawer: Drawer
  /** A step's preview is the same object until something about it changes. */
  readonly #known = new WeakMap<BriefStep, { node: NodeDefinition; gist: Gist | null }>()

  constructor(
    place: {
      editor: Editor
      host: Pick<Host, 'pipelines' | 'workflows'>
      preview: Pick<PreviewState, 'step'>
      samples: Pick<Samples, 'outputs'>
    },
    drawer: Drawer,
  ) {
    this.editor = place.editor
    this.#place = place
    this.#drawer = drawer
    this.#shown = drawer.getItem(KEY) !== 'off'
  }

  /** Whether results are wanted; remembered in this browser. */
  get shown(): boolean {
    return this.#shown
  }

  set shown(shown: boolean) {
    this.#shown = shown
    this.#drawer.setItem(KEY, shown ? 'on' : 'off')
  }

  /** One line on what a step comes to; null while there's no real data to look at it with. */
  of(node: NodeDefinition): Gist | null {
    if (!this.#shown) return null
    return this.editor.run.execution ? this.#ran(node) : this.#would(node)
  }

  /** Beside what really happened, what would happen on a sample only confuses. */
  #ran(node: NodeDefinition): Gist | null {
    const outcome = this.editor.run.of(node.id)
    const type = this.editor.typeOf(node)
    if (!outcome || outcome.rounds > 1 || !type) return null
    return ranGistOf(outcome.step, { type, outputs: this.editor.portsOf(node)?.outputs ?? [] })
  }

  #would(node: NodeDefinition): Gist | null {
    const { preview, samples, host } = this.#place
    if (samples.outputs.size === 0) return null
    const step = preview.step(node.id)
    const type = this.editor.typeOf(node)
    if (!step || !type) return null
    const known = this.#known.get(step)
    if (known?.node === node) return known.gist
    const gist = gistOf(step, {
      ...{ node, type, outputs: this.editor.portsOf(node)?.outputs ?? [] },
      named: [...host.pipelines, ...host.workflows],
    })
    this.#known.set(step, { node, gist })
    return gist
  }
}

const [getResults, setResults, hasResults] = createContext<Results>()
export { getResults, setResults }

/** The results of this editor's drawing; null where one only looks back, e.g. at versions. */
export function resultsOf(editor: Editor): Results | null {
  const results = hasResults() ? getResults() : null
  return results?.editor === editor ? results : null
}
