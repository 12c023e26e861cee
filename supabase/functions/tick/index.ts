import { handleTick } from './handle-tick.ts'

Deno.serve(handleTick)
