import type { NodeDefinition } from '#lib/engine/index.ts'
import { tourTexts as texts } from './texts.ts'

/** The steps that the tour stops at; of a changed example, the nearest that there is. */
export interface Landmarks {
  trigger: string | null
  step: string | null
  /** One that nothing follows: its + is in sight. */
  last: string | null
}

/** One stop: what it says, and what on the page it points at. */
export interface Stop {
  id: 'trigger' | 'step' | 'add' | 'run' | 'result' | 'publish'
  title: string
  text: string
  /** Selectors of what it points at; the first that is on the page counts. */
  at: readonly string[]
}

/** The steps by the names that the example gives them. */
export function landmarksOf(nodes: readonly NodeDefinition[]): Landmarks {
  const idOf = (key: string): string | null => nodes.find((node) => node.key === key)?.id ?? null
  const others = nodes.filter(({ type }) => !type.startsWith('trigger.'))
  const trigger = nodes.find(({ type }) => type.startsWith('trigger.'))
  return {
    trigger: idOf('order') ?? trigger?.id ?? null,
    step: idOf('greeting') ?? others[0]?.id ?? null,
    last: idOf('gift') ?? others.at(-1)?.id ?? null,
  }
}

/** A step in the drawing, or in the list of steps. */
const stepAt = (id: string | null): string[] =>
  id === null ? [] : [`.svelte-flow__node[data-id="${id}"]`, `[data-stop="step ${id}"]`]

/** The six stops, in their order. */
export function stopsFor({ trigger, step, last }: Landmarks, mayRun: boolean): Stop[] {
  return [
    { id: 'trigger', ...texts.trigger, at: stepAt(trigger) },
    {
      ...{ id: 'step', ...texts.step },
      at: ['section.inspector', ...stepAt(step)],
    },
    {
      ...{ id: 'add', ...texts.add },
      at: [
        ...stepAt(last).map((place) => `${place} button[aria-label^="Add a step after"]`),
        `[data-of="${last ?? ''}"]`,
        ...stepAt(last),
      ],
    },
    {
      ...{ id: 'run', title: texts.run.title, text: mayRun ? texts.run.text : texts.run.cannot },
      at: ['[data-tour="run"]'],
    },
    {
      ...{ id: 'result', title: texts.result.title, text: texts.result.text },
      at: ['[data-tour="executions"]'],
    },
    { id: 'publish', ...texts.publish, at: ['[data-tour="publish"]', '[data-tour="run"]'] },
  ]
}
