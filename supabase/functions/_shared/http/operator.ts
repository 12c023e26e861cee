import { createHash, timingSafeEqual } from 'node:crypto'
import { environment } from '../environment.ts'
import { Refused } from './answers.ts'

const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** Throws Refused (401) unless the caller knows WEFT_FUNCTION_SECRET: pg_cron, or whoever runs this installation. */
export function requireOperator(request: Request): void {
  const shown = (request.headers.get('authorization') ?? '').replace(/^Bearer\s+/i, '')
  if (timingSafeEqual(sha256(shown), sha256(environment().functionSecret))) return
  throw new Refused({
    status: 401,
    code: 'service.not_for_you',
    title: 'This address is not for people',
    detail: 'Only the installation itself may call it.',
    hint: 'If you run this installation, send WEFT_FUNCTION_SECRET as a bearer token.',
  })
}
