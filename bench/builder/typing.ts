import { setTimeout as pause } from 'node:timers/promises'
import { percentile } from '../lib/latency.ts'
import type { Scene } from './scene.ts'
import { shortDrawing } from './drawings.ts'

const SAMPLE_BYTES = 2 * 1024 * 1024
const TEXT = 'and this is what somebody types while two megabytes lie beside it'

/** From a key to the frame that shows it, p95 in ms, in a field with a template, with 2 MB of sample data. */
export async function measureTyping(scene: Scene): Promise<number> {
  const workflow = await scene.workflow('Much data', shortDrawing(), true)
  await scene.start(workflow, 'start', sample())
  const page = await scene.open(workflow)
  await page.getByRole('application').getByRole('group', { name: 'first', exact: true }).click()
  const field = page
    .getByRole('region', { name: 'Settings of the step' })
    .locator('[contenteditable="true"]')
    .first()
  await field.click()
  await page.keyboard.press('End')
  await page.evaluate(() => {
    const took: number[] = []
    Object.assign(window, { took })
    addEventListener(
      'keydown',
      (event) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => took.push(performance.now() - event.timeStamp)
          port2.postMessage(null)
        })
      },
      { capture: true },
    )
  })
  for (const key of TEXT) {
    await page.keyboard.press(key === ' ' ? 'Space' : key)
    await pause(60)
  }
  const took = await page.evaluate(() => (window as unknown as { took: number[] }).took)
  await page.context().close()
  if (took.length < TEXT.length) throw new Error('not every key was seen')
  return percentile(took, 0.95)
}

/** Orders as a shop sends them, until they're two megabytes. */
function sample(): unknown {
  const order = (n: number) => ({
    id: `order-${n}`,
    customer: { name: `Customer ${n}`, email: `customer${n}@example.org`, city: 'Vienna' },
    lines: [{ sku: 'A-1', title: 'A thing that one can buy', count: n % 7, price: 19.9 }],
  })
  const each = JSON.stringify(order(10_000)).length
  return {
    name: 'Ada',
    orders: Array.from({ length: Math.ceil(SAMPLE_BYTES / each) }, (_, n) => order(n)),
  }
}
