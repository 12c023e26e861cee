import { handleWorker } from './handle-worker.ts'

Deno.serve(handleWorker)
