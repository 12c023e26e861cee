/** Something that is due so many times a second, whatever becomes of it. */
export interface OpenLoop<Sender> {
  perSecond: number
  milliseconds: number
  /** Each does one thing at a time. When all are busy, what is due waits, and its latency grows. */
  senders: Sender[]
  /** Does it once; `dueAt` is on the clock of performance.now(). Resolves when it was answered. */
  send(sender: Sender, dueAt: number): Promise<unknown>
}

/**
 * Calls `send` at fixed moments. Answers with milliseconds from the moment when each was due to its answer, so that a
 * server that stalls can't hide it by keeping the sender waiting.
 */
export async function openLoop<Sender>(plan: OpenLoop<Sender>): Promise<number[]> {
  const { perSecond, milliseconds, send } = plan
  const total = Math.floor((milliseconds / 1000) * perSecond)
  const latencies: number[] = []
  const idle = [...plan.senders]
  const late: number[] = []
  const over = Promise.withResolvers<undefined>()
  const dispatch = () => {
    while (late.length > 0) {
      const sender = idle.pop()
      if (sender === undefined) return
      const dueAt = late.shift() ?? 0
      send(sender, dueAt).then(() => {
        latencies.push(performance.now() - dueAt)
        idle.push(sender)
        if (latencies.length === total) over.resolve(undefined)
        dispatch()
      }, over.reject)
    }
  }
  const startedAt = performance.now()
  let made = 0
  const timer = setInterval(() => {
    for (const now = performance.now(); made < total; made++) {
      const dueAt = startedAt + (made / perSecond) * 1000
      if (dueAt > now) break
      late.push(dueAt)
    }
    dispatch()
  }, 1)
  try {
    if (total > 0) await over.promise
  } finally {
    clearInterval(timer)
  }
  return latencies
}
