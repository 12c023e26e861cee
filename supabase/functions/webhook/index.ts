import { handleWebhook } from './handle-webhook.ts'

Deno.serve(handleWebhook)
