import { registry } from '#lib/engine/index.ts'
import { Computing } from './computing.ts'
import type { Told } from './messages.ts'

/** The preview's own thread: typing is never held up by what is being worked out. */
const computing = new Computing({
  registry,
  say: (heard) => postMessage(heard),
  now: () => Date.now(),
  // After all that has arrived meanwhile.
  later: (work) => setTimeout(work),
})

addEventListener('message', ({ data }: MessageEvent<Told>) => computing.hear(data))
