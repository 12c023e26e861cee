import type { Page } from 'playwright-core'
import type { Scene } from './scene.ts'
import { wideDrawing } from './drawings.ts'

const SECONDS = 4

/** Frames a second. */
export interface Frames {
  /** While a drawing of 1,000 steps is moved. */
  pan: number
  /** While it's zoomed. */
  zoom: number
  /** While a plain picture as large as the drawing is moved in the same way: what this machine reaches at all. */
  ceiling: number
}

export async function measureFrames(scene: Scene): Promise<Frames> {
  const page = await scene.open(await scene.workflow('A thousand', wideDrawing(1_000)))
  const box = await page.locator('.svelte-flow__pane').boundingBox()
  if (box === null) throw new Error('the drawing is not on the screen')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const pan = await framesDuring(page, panning(page))
  const zoom = await framesDuring(page, async (n) => {
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, n % 60 < 30 ? -10 : 10)
    await page.keyboard.up('Control')
  })
  await page.context().close()
  return { pan, zoom, ceiling: await measureCeiling(scene, box) }
}

const panning = (page: Page) => (n: number) => page.mouse.wheel(n % 40 < 20 ? 12 : -12, 18)

async function measureCeiling(
  scene: Scene,
  { width, height }: { width: number; height: number },
): Promise<number> {
  const page = await (await scene.window()).newPage()
  await page.setContent(
    `<body style="margin:0;overflow:hidden"><div style="width:${width}px;height:${height}px;` +
      'overflow:hidden"><div id="sheet" style="width:150%;height:150%;will-change:transform;' +
      'background:radial-gradient(circle at 1px 1px,#999 1px,#fff 1px) 0 0/22px 22px"></div></div>',
  )
  await page.evaluate(() => {
    const sheet = document.getElementById('sheet')
    let [x, y] = [0, 0]
    addEventListener('wheel', ({ deltaX, deltaY }) => {
      x = (x - deltaX) % 300
      y = (y - deltaY) % 300
      if (sheet) sheet.style.transform = `translate(${x}px,${y}px)`
    })
  })
  await page.mouse.move(width / 2, height / 2)
  const ceiling = await framesDuring(page, panning(page))
  await page.context().close()
  return ceiling
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
