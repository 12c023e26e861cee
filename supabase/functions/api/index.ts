import { handleApi } from './handle-api.ts'

Deno.serve(handleApi)
