import type { z } from 'zod'
import { Refused } from '../_shared/http/answers.ts'
import { readBody } from '../_shared/http/body.ts'

/** Test data may be a whole record set; nobody types more than this. */
const MAX_BYTES = 1024 * 1024

/** The request's data, checked. An empty body counts as an empty object. Throws Refused (400). */
export async function readRequest<S extends z.ZodType>(
  request: Request,
  schema: S,
  most = MAX_BYTES,
): Promise<z.infer<S>> {
  const text = new TextDecoder().decode(await readBody(request, most))
  return checked(text === '' ? {} : fromJson(text), schema)
}

/** What stands behind the question mark of the address, checked. Throws Refused (400). */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): z.infer<S> {
  return checked(Object.fromEntries(new URL(request.url).searchParams), schema)
}

function checked<S extends z.ZodType>(data: unknown, schema: S): z.infer<S> {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(`"${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not as expected'}.`)
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Where the parser stumbled doesn't help whoever wrote the program that sent this.
    throw unreadable('The body is not valid JSON.')
  }
}

const unreadable = (detail: string) =>
  new Refused({
    status: 400,
    code: 'api.unreadable',
    title: 'The request could not be read',
    detail,
    hint: 'See the API reference for what is expected here.',
  })
