import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { WEFT_MESSAGE } from '../../src/lib/builder/session/wire.ts'
import { percentile } from '../lib/latency.ts'
import type { Scene } from './scene.ts'
import { wideDrawing } from './drawings.ts'

const EDITORS = 20
const EDITS = 60

/** From an edit in one editor to its arrival in twenty others, p95 in ms. */
export async function measureEditors(scene: Scene): Promise<number> {
  // Each listens for the end of the process.
  process.setMaxListeners(2 * EDITORS)
  const workflow = await scene.workflow('Together', wideDrawing(100))
  const [author, ...others] = await Promise.all(
    Array.from({ length: EDITORS + 1 }, () => connect(scene, workflow)),
  )
  if (author === undefined) throw new Error('nobody came')
  const took: number[] = []
  for (let n = 0; n < EDITS; n++) {
    const sentAt = performance.now()
    const arrivals = others.map(
      ({ doc }) =>
        new Promise<void>((done) =>
          doc.once('update', () => {
            took.push(performance.now() - sentAt)
            done()
          }),
        ),
    )
    move(author.doc, n)
    await Promise.all(arrivals)
    await pause(20)
  }
  for (const editor of [author, ...others]) editor.provider.destroy()
  return percentile(took, 0.95)
}

/** As dragging a step does. */
function move(doc: Y.Doc, n: number): void {
  const nodes = doc.getMap<Y.Map<unknown>>('nodes')
  const [first] = [...nodes.values()]
  if (first === undefined) throw new Error('the drawing is empty')
  first.set('position', { x: n, y: n })
}

async function connect(
  scene: Scene,
  workflow: string,
): Promise<{ doc: Y.Doc; provider: WebsocketProvider }> {
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(
    `${scene.appUrl.replace('http', 'ws')}/sync`,
    workflow,
    doc,
    {
      disableBc: true,
      params: { token: scene.person.accessToken },
      // y-websocket wants the browser's class; the `ws` one does the same.
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    },
  )
  // What the server says besides isn't measured.
  provider.messageHandlers[WEFT_MESSAGE] = () => undefined
  await new Promise<void>((done) => provider.once('sync', () => done()))
  return { doc, provider }
}
