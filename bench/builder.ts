import { measureEditors } from './builder/editors.ts'
import { measureFrames } from './builder/frames.ts'
import { measureLiveSteps } from './builder/live-steps.ts'
import { measureOpening } from './builder/opening.ts'
import { Scene } from './builder/scene.ts'
import { measureTyping } from './builder/typing.ts'
import { rounded } from './lib/latency.ts'
import { progress, report } from './lib/report.ts'

await Scene.use(async (scene) => {
  progress('opening 300 steps')
  const opening = await measureOpening(scene)
  progress('moving 1,000 steps')
  const frames = await measureFrames(scene)
  progress('typing beside 2 MB')
  const keyToPaint = await measureTyping(scene)
  progress('20 editors')
  const edit = await measureEditors(scene)
  progress('steps as they end')
  const step = await measureLiveSteps(scene)
  report('builder', {
    open_300_ms: rounded(opening.openMs, 0),
    fps_1000: rounded(Math.min(frames.pan, frames.zoom), 1),
    fps_1000_pan: rounded(frames.pan, 1),
    fps_1000_zoom: rounded(frames.zoom, 1),
    key_to_paint_ms: rounded(keyToPaint, 1),
    edit_p95_ms: rounded(edit, 1),
    step_p95_ms: rounded(step, 0),
    first_scripts_kb: rounded(opening.firstScriptsKb, 0),
    builder_scripts_kb: rounded(opening.scriptsKb, 0),
  })
})
