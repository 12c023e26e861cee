import { measureEditors } from './builder/editors.ts'
import { measureFrames } from './builder/frames.ts'
import { measureLiveSteps } from './builder/live-steps.ts'
import { measureOpening } from './builder/opening.ts'
import { Scene } from './builder/scene.ts'
import { measureTyping } from './builder/typing.ts'
import { rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'

type Figures = Record<string, number>

/** The parts, in their order; `--only <part>` measures one. */
const parts: Record<string, { doing: string; measure: (scene: Scene) => Promise<Figures> }> = {
  opening: {
    doing: 'opening 300 steps',
    measure: async (scene) => {
      const { openMs, scriptsKb, firstScriptsKb } = await measureOpening(scene)
      return {
        open_300_ms: rounded(openMs, 0),
        first_scripts_kb: rounded(firstScriptsKb, 0),
        builder_scripts_kb: rounded(scriptsKb, 0),
      }
    },
  },
  frames: {
    doing: 'moving 1,000 steps',
    measure: async (scene) => {
      const { pan, zoom, ceiling } = await measureFrames(scene)
      return {
        fps_1000: rounded(Math.min(pan, zoom), 1),
        fps_1000_pan: rounded(pan, 1),
        fps_1000_zoom: rounded(zoom, 1),
        fps_ceiling: rounded(ceiling, 1),
      }
    },
  },
  typing: {
    doing: 'typing beside 2 MB',
    measure: async (scene) => ({ key_to_paint_ms: rounded(await measureTyping(scene), 1) }),
  },
  editors: {
    doing: '20 editors',
    measure: async (scene) => ({ edit_p95_ms: rounded(await measureEditors(scene), 1) }),
  },
  steps: {
    doing: 'steps as they end',
    measure: async (scene) => ({ step_p95_ms: rounded(await measureLiveSteps(scene), 0) }),
  },
}

const only = process.argv[process.argv.indexOf('--only') + 1]
const wanted = process.argv.includes('--only')
  ? Object.entries(parts).filter(([name]) => name === only)
  : Object.entries(parts)
if (wanted.length === 0) throw new Error(`--only is one of ${Object.keys(parts).join(', ')}.`)

await Scene.use(async (scene) => {
  const figures: Figures = {}
  for (const [, { doing, measure }] of wanted) {
    progress(doing)
    Object.assign(figures, await measure(scene))
  }
  report('builder', figures)
})
