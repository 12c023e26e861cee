import { runUntilStopped } from './long-lived.ts'

// A worker of its own: `deno run -A supabase/functions/worker/main.ts`. As many as wanted share the work.
await runUntilStopped()
Deno.exit(0)
