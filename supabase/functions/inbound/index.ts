import { handleInbound } from './handle-inbound.ts'

Deno.serve(handleInbound)
