import { environment } from '../_shared/environment.ts'
import { Refused } from '../_shared/http/answers.ts'

/** What the REST API says when it refuses. */
interface RestProblem {
  code?: string
  message?: string
}

/** Who is asking. Everything they ask of the database goes through REST as themselves, under row-level security. */
export class Person {
  readonly id: string
  readonly #headers: Record<string, string>

  private constructor(id: string, headers: Record<string, string>) {
    this.id = id
    this.#headers = headers
  }

  /** The person behind a request's access token, as Supabase Auth knows them. Throws Refused (401). */
  static async of(request: Request): Promise<Person> {
    const { supabaseUrl, anonKey } = environment()
    const authorization = request.headers.get('authorization') ?? ''
    const headers = { apikey: anonKey, authorization }
    if (!/^Bearer \S+$/i.test(authorization)) throw signIn()
    const response = await fetch(`${supabaseUrl}/auth/v1/user`, { headers })
    const user = (await response.json()) as { id?: unknown }
    if (!response.ok || typeof user.id !== 'string') throw signIn()
    return new Person(user.id, headers)
  }

  /** Rows that this person may see. `query` is PostgREST's, with its values already encoded. */
  async select<Row>(table: string, query: string): Promise<Row[]> {
    return await this.#ask<Row[]>('GET', `${table}?${query}`)
  }

  /** Calls a database function as this person. */
  async call<Result>(name: string, values: Record<string, unknown>): Promise<Result> {
    return await this.#ask<Result>('POST', `rpc/${name}`, values)
  }

  async #ask<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    const { supabaseUrl } = environment()
    const response = await fetch(`${supabaseUrl}/rest/v1/${path}`, {
      method,
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await response.text()
    const said: unknown = text === '' ? null : JSON.parse(text)
    if (!response.ok) throw refusalOf(response.status, said as RestProblem) // REST errors have this shape
    return said as Result // by the table's or function's definition
  }
}

const signIn = () =>
  new Refused({
    status: 401,
    code: 'api.sign_in',
    title: 'Sign in first',
    detail: 'The request carries no valid access token.',
    hint: 'Sign in again and repeat it.',
  })

/** The database's own functions speak in sentences for people: 42501 "you may not", 22023 "that's not possible". */
function refusalOf(status: number, problem: RestProblem): Error {
  const detail = problem.message ?? ''
  if (problem.code === '42501') {
    return new Refused({
      status: 403,
      code: 'api.not_allowed',
      title: 'This is not possible for you',
      detail,
      hint: 'Ask somebody with a higher role in the workspace.',
    })
  }
  if (problem.code === '22023') {
    return new Refused({
      status: 409,
      code: 'api.not_possible',
      title: 'This is not possible now',
      detail,
      hint: 'Look at the present state and try something else.',
    })
  }
  return status === 401 ? signIn() : new Error(`REST answered ${status}: ${detail}`)
}
