import type { Page } from 'playwright-core'
import type { Scene } from './scene.ts'
import { wideDrawing } from './drawings.ts'

const SECONDS = 4

/** Frames a second while a drawing of 1,000 steps is moved, and while it's zoomed; the lower of the two. */
export async function measureFrames(scene: Scene): Promise<{ pan: number; zoom: number }> {
  const page = await scene.open(await scene.workflow('A thousand', wideDrawing(1_000)))
  const box = await page.locator('.svelte-flow__pane').boundingBox()
  if (box === null) throw new Error('the drawing is not on the screen')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const pan = await framesDuring(page, (n) => page.mouse.wheel(n % 40 < 20 ? 12 : -12, 18))
  const zoom = await framesDuring(page, async (n) => {
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, n % 60 < 30 ? -10 : 10)
    await page.keyboard.up('Control')
  })
  await page.context().close()
  return { pan, zoom }
}

async function framesDuring(page: Page, move: (n: number) => Promise<void>): Promise<number> {
  const counting = page.evaluate(
    (milliseconds) =>
      new Promise<number>((done) => {
        const from = performance.now()
        let frames = 0
        const next = (now: number): void => {
          frames++
          if (now - from < milliseconds) requestAnimationFrame(next)
          else done(frames / ((now - from) / 1000))
        }
        requestAnimationFrame(next)
      }),
    SECONDS * 1000,
  )
  const until = performance.now() + SECONDS * 1000
  for (let n = 0; performance.now() < until; n++) await move(n)
  return await counting
}
