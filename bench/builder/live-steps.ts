import { percentile } from '../lib/latency.ts'
import type { Scene } from './scene.ts'
import { callingDrawing } from './drawings.ts'

const CALLS = 40

/** From the end of a step, as its row has it, to its sign on the screen of whoever watches; p95 in ms. */
export async function measureLiveSteps(scene: Scene): Promise<number> {
  const workflow = await scene.workflow('Calls', callingDrawing(scene.partnerUrl, CALLS), true)
  const page = await (await scene.window()).newPage()
  // Loads the pages' scripts first: what is measured is the way of a row, not that of the app.
  await page.goto(scene.addressOf(workflow))
  await page.locator('.svelte-flow__node').first().waitFor()
  const execution = await scene.start(workflow, 'start', {})
  await page.goto(`${scene.addressOf(workflow)}/executions/${execution}`)
  await page.getByRole('treeitem').first().waitFor()
  await page.evaluate(() => {
    const seen: Record<string, number> = {}
    Object.assign(window, { seen })
    const look = (): void => {
      for (const row of document.querySelectorAll('[role="treeitem"]')) {
        const text = row.textContent
        const name = /call_\d+/.exec(text)?.[0]
        if (name !== undefined && text.includes('Succeeded')) seen[name] ??= Date.now()
      }
      requestAnimationFrame(look)
    }
    look()
  })
  const before = await page.evaluate(() => Date.now())
  const { client } = scene.person
  for (;;) {
    const { data } = await client
      .from('executions')
      .select('status')
      .eq('id', execution)
      .single<{ status: string }>()
      .throwOnError()
    if (data.status === 'succeeded') break
    if (data.status !== 'running') throw new Error(`The execution ended as ${data.status}.`)
    await page.waitForTimeout(100)
  }
  await page.waitForTimeout(1_000)
  const seen = await page.evaluate(
    () => (window as unknown as { seen: Record<string, number> }).seen,
  )
  const { data: steps } = await client
    .from('execution_steps')
    .select('node_id, finished_at')
    .eq('execution_id', execution)
    .throwOnError()
    .overrideTypes<{ node_id: string; finished_at: string }[], { merge: false }>()
  await page.context().close()
  const took = steps.flatMap(({ node_id: node, finished_at: end }) => {
    const at = seen[node]
    const ended = Date.parse(end)
    // Those that were over before somebody looked are no news.
    return at === undefined || ended < before ? [] : [at - ended]
  })
  if (took.length < CALLS / 4) throw new Error(`Only ${took.length} steps were seen to end.`)
  return percentile(took, 0.95)
}
