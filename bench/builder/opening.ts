import { setTimeout as pause } from 'node:timers/promises'
import { percentile } from '../lib/latency.ts'
import { LOADED_MS, type Scene } from './scene.ts'
import { wideDrawing } from './drawings.ts'

const TIMES = 7

/** From the click on an address to a drawing of 300 steps on the screen, in ms; and what its scripts weigh. */
export async function measureOpening(
  scene: Scene,
): Promise<{ openMs: number; scriptsKb: number; firstScriptsKb: number }> {
  const workflow = await scene.workflow('Three hundred', wideDrawing(300))
  const took: number[] = []
  let scriptsKb = 0
  for (let n = 0; n < TIMES; n++) {
    // A new window each time: nothing of it is in the browser's cache.
    const window = await scene.window()
    const page = await window.newPage()
    await page.goto(scene.addressOf(workflow), { waitUntil: 'commit' })
    took.push(
      await page.evaluate(
        () =>
          new Promise<number>((done) => {
            const look = (): void => {
              if (document.querySelectorAll('.svelte-flow__node').length < 5)
                requestAnimationFrame(look)
              else requestAnimationFrame(() => setTimeout(() => done(performance.now())))
            }
            look()
          }),
      ),
    )
    await pause(LOADED_MS)
    scriptsKb = await page.evaluate(scriptsLoaded)
    await window.close()
  }
  return { openMs: percentile(took, 0.5), scriptsKb, firstScriptsKb: await firstPage(scene) }
}

/** The scripts of the page that one comes to after signing in. */
async function firstPage(scene: Scene): Promise<number> {
  const window = await scene.window()
  // Signing in has filled the cache; a page that is fetched anew says what it weighs all the same.
  const page = await window.newPage()
  await page.goto(`${scene.appUrl}/w/${scene.workspace}/workflows`)
  await pause(LOADED_MS)
  const kilobytes = await page.evaluate(scriptsLoaded)
  await window.close()
  return kilobytes
}

/** In the page: kilobytes of script as they came over the wire, those that were kept from before included. */
function scriptsLoaded(): number {
  const bytes = performance
    .getEntriesByType('resource')
    .filter((entry): entry is PerformanceResourceTiming => /\.js(\?|$)/.test(entry.name))
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
  return bytes / 1024
}
