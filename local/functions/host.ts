// Runs in Deno: serves every supabase/functions/<name>/index.ts under /<name>, as a hosted project does.
import { exitWithParent } from './exit-with-parent.ts'

type FunctionHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo,
) => Response | Promise<Response>

const [folder = '', portText = '0'] = Deno.args
const listen = Deno.serve
const handlers = new Map<string, FunctionHandler>()

// Hosted, work that goes on after the answer is announced so that the instance stays until it's done.
const pending = new Set<Promise<unknown>>()
Object.assign(globalThis, {
  EdgeRuntime: {
    waitUntil(work: Promise<unknown>): void {
      const watched: Promise<unknown> = Promise.resolve(work)
        .catch((error: unknown) => console.error('Work after the answer failed:', error))
        .finally(() => pending.delete(watched))
      pending.add(watched)
    },
  },
})

/** What a function passes to Deno.serve is kept instead of listened for. */
function capture(name: string): void {
  Object.assign(Deno, {
    serve(...given: unknown[]) {
      const handler =
        given.find((one) => typeof one === 'function') ??
        (given[0] as { handler?: unknown }).handler
      if (typeof handler !== 'function')
        throw new TypeError(`"${name}" called Deno.serve without a handler.`)
      handlers.set(name, handler as FunctionHandler)
      return {
        finished: new Promise(() => undefined),
        shutdown: () => Promise.resolve(),
        ref() {},
        unref() {},
      }
    },
  })
}

async function load(): Promise<void> {
  const names = [...Deno.readDirSync(folder)].filter(
    (entry) => entry.isDirectory && !/^[._]/.test(entry.name),
  )
  for (const { name } of names) {
    const entry = `${folder}/${name}/index.ts`
    if (!isFile(entry)) continue
    capture(name)
    try {
      await import(new URL(`file://${entry}`).href)
    } catch (error) {
      console.error(`The function "${name}" could not be started:`, error)
    }
  }
  Object.assign(Deno, { serve: listen })
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile
  } catch {
    // Not there: a folder without an index.ts is no function.
    return false
  }
}

async function answer(request: Request, info: Deno.ServeHandlerInfo): Promise<Response> {
  if (!URL.canParse(request.url)) return failure(400, 'BAD_REQUEST', 'This is no address')
  const name = new URL(request.url).pathname.split('/', 2)[1] ?? ''
  const handler = handlers.get(name)
  if (!handler) {
    return isFile(`${folder}/${name}/index.ts`)
      ? failure(503, 'BOOT_ERROR', 'Function failed to start (please check logs)')
      : failure(404, 'NOT_FOUND', 'Requested function was not found')
  }
  try {
    return await handler(request, info)
  } catch (error) {
    console.error(`The function "${name}" failed:`, error)
    return failure(500, 'WORKER_ERROR', 'Function exited due to an error (please check logs)')
  }
}

function failure(status: number, code: string, message: string): Response {
  return Response.json(
    { code, message },
    { status, headers: { 'access-control-allow-origin': '*' } },
  )
}

// Hosted, a fault outside of any request ends the instance; here all functions share one, so it's only told.
globalThis.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  console.error('A function left a failure unhandled:', event.reason)
})

await load()
const server = listen(
  { hostname: '127.0.0.1', port: Number(portText), onListen: () => undefined },
  answer,
)
console.log('functions are up')

async function stop(): Promise<void> {
  globalThis.dispatchEvent(new Event('beforeunload'))
  const patience = new Promise((resolve) => setTimeout(resolve, 4000))
  await Promise.race([Promise.all([server.shutdown(), ...pending]), patience])
  Deno.exit(0)
}
Deno.addSignalListener('SIGTERM', () => void stop())
exitWithParent()
