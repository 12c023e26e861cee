import type { Data } from '../../src/lib/engine/data.ts'

/** One box of a test workflow; its id is also its key. */
interface Box {
  id: string
  type: string
  config?: Record<string, unknown>
  onError?: 'stop' | 'continue' | 'port'
}

/** A workflow of boxes in a row: each is connected to the next by its first port. */
export function row(...boxes: Box[]) {
  return {
    schema: 1,
    nodes: boxes.map(({ id, type, config = {}, onError = 'stop' }, index) => ({
      ...{ id, key: id, type, version: 1, title: id, position: { x: index * 240, y: 0 } },
      ...{ config, onError, disabled: false },
    })),
    edges: boxes.slice(1).map(({ id }, index) => ({
      ...{
        id: `to_${id}`,
        source: boxes[index]?.id,
        sourcePort: 'out',
        target: id,
        targetPort: 'in',
      },
    })),
    settings: {},
  }
}

export const webhook = (config: Record<string, unknown> = {}): Box => ({
  id: 'hook',
  type: 'trigger.webhook',
  config,
})
export const manual: Box = { id: 'start', type: 'trigger.manual' }
export const schedule = (cron: string): Box => ({
  id: 'clock',
  type: 'trigger.schedule',
  config: { cron, timeZone: 'UTC' },
})
export const set = (id: string, variables: Record<string, Data>): Box => ({
  id,
  type: 'data.set_variables',
  config: {
    variables: Object.entries(variables).map(([name, value]) => ({ name, type: 'auto', value })),
  },
})
export const create = (id: string, pipeline: string, values: Record<string, Data>): Box => ({
  id,
  type: 'records.create',
  config: { pipeline, values },
})
export const delay = (id: string, seconds: number): Box => ({
  id,
  type: 'logic.delay',
  config: { mode: 'for', duration: { amount: seconds, unit: 'seconds' } },
})
export const respond = (id: string, config: Record<string, unknown>): Box => ({
  id,
  type: 'webhook.respond',
  config,
})
export const email = (id: string, to: string, subject: string): Box => ({
  id,
  type: 'mail.send',
  config: { to, subject, body: 'Hello from a test.' },
})
export const stop = (id: string, message: string): Box => ({
  id,
  type: 'logic.stop',
  config: { message },
})
export const request = (id: string, url: string, method = 'GET'): Box => ({
  id,
  type: 'http.request',
  config: { method, url },
})
