import { isOutage } from '../_shared/database/outage.ts'
import { ConfigProblem } from '../_shared/engine.ts'
import { FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { runtime } from '../_shared/runtime.ts'
import { NotStorable } from '../_shared/store/stored-text.ts'
import { KeyHolder } from './key-holder.ts'
import { requireScope } from './membership.ts'
import { Person } from './person.ts'
import { ROUTES, type Route } from './routes.ts'

/** Browsers of the app's own origin ask from another port or host. The token in the request is what counts, not cookies. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, apikey, content-type, x-client-info',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
}

/** Answers /api/…: what people ask of executions and webhooks, as themselves. */
export async function handleApi(request: Request): Promise<Response> {
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: CORS })
  const response = await answered(request)
  for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value)
  return response
}

async function answered(request: Request): Promise<Response> {
  try {
    const { route, parts } = find(request)
    const key = keyOf(request)
    if (key === undefined)
      return await route.handle({ person: await Person.of(request), request, parts })
    const person = await KeyHolder.of(key, runtime().pool)
    if (route.scope === undefined) throw forPeople()
    requireScope(person, route.scope)
    return await route.handle({ person, request, parts })
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (problem instanceof ConfigProblem) return refuse(notPossible(problem))
    if (problem instanceof NotStorable) return refuse(notStorable(problem))
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: an api request failed', problem)
    return refuse(FAULT)
  }
}

/** What a request shows for an API key, good or bad; undefined when it shows none. */
function keyOf(request: Request): string | undefined {
  return /^Bearer (weft_.*)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

function find(request: Request): { route: Route; parts: Record<string, string> } {
  // Hosted and embedded, the path is /api/…; a proxy may have left a prefix before it.
  const path = new URL(request.url).pathname.replace(/^.*?\/api(?=\/|$)/, '')
  for (const route of ROUTES) {
    const parts = route.method === request.method ? route.path.exec(path)?.groups : undefined
    if (parts !== undefined) return { route, parts }
  }
  throw new Refused({
    status: 404,
    code: 'api.no_such_address',
    title: 'Nothing here',
    detail: `There is no ${request.method} at this address.`,
    hint: 'Check the address and the method.',
  })
}

const forPeople = () =>
  new Refused({
    status: 403,
    code: 'api.for_people',
    title: 'This is not for API keys',
    detail: 'Only somebody who is signed in may do this.',
    hint: 'Sign in to Weft and do it there.',
  })

/** A version that can't be run, a step that isn't there. */
const notPossible = ({ code, title, detail, hint }: ConfigProblem) => ({
  status: 409,
  ...{ code, title, detail },
  hint: hint ?? 'Look at the workflow, mend it and publish it.',
})

const notStorable = (problem: NotStorable) => ({
  status: 400,
  code: problem.code,
  title: 'This data cannot be kept',
  detail: problem.message,
  hint: 'Send less data.',
})
