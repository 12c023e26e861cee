import type { DataObject } from '../../../src/lib/engine/data.ts'
import type { Queries } from '../_shared/database/pool.ts'
import { answer } from '../_shared/http/answers.ts'
import { readBody } from '../_shared/http/body.ts'
import { storedText } from '../_shared/store/stored-text.ts'
import { payload } from './payload.ts'

const MAX_BODY_BYTES = 1024 * 1024
/** As much as the table takes. */
const MAX_SAMPLE = 2 * 1024 * 1024

/** Which header holds the sender's secret is known only once the workflow is published; anything that might is hidden. */
const MAY_BE_SECRET = /secret|token|key|sign|auth|passw|credential/i
const HIDDEN = '••••••'

/**
 * A request to an address whose workflow isn't live: kept as the sample, while somebody who builds it listens for one.
 * Null when nobody does. It starts nothing.
 */
export async function takeSample(
  queries: Queries,
  token: string,
  request: Request,
): Promise<Response | null> {
  const [listening] = await queries.query<{ is_awaited: boolean }>(
    `select private.awaits_sample($1) as is_awaited`,
    [token],
  )
  if (listening?.is_awaited !== true) return null
  const data = await payload(request, await readBody(request, MAX_BODY_BYTES), null)
  const [taken] = await queries.query<{ is_taken: boolean }>(
    `select private.take_sample($1, $2::jsonb) as is_taken`,
    [token, storedText({ ...data, headers: withoutSecrets(data['headers']) }, MAX_SAMPLE)],
  )
  return taken?.is_taken === true ? answer(202, { status: 'kept_as_sample' }) : null
}

function withoutSecrets(headers: DataObject[string] | undefined): DataObject {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return {}
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      MAY_BE_SECRET.test(name) ? HIDDEN : value,
    ]),
  )
}
