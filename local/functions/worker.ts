// Runs in Deno: a long-lived worker, as `deno run supabase/functions/worker/main.ts` is on a server of one's own.
import { exitWithParent } from './exit-with-parent.ts'

const [main = ''] = Deno.args
exitWithParent()
// Said first: the worker's own loop may be awaited at its top level and never return.
console.log('worker is up')
await import(new URL(`file://${main}`).href)
