import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Keys } from '../keys.ts'

/** What a verified token says about who's asking. */
export type Claims = { role: string; sub?: string; exp?: number; [claim: string]: unknown }

/** Why a token isn't accepted. */
export type TokenProblem = 'malformed' | 'signature' | 'expired' | 'incomplete'

/** Checks an access token (HS256, signed by the auth server) or recognises an API key. */
export function verifyToken(token: string, keys: Keys): Claims | TokenProblem {
  if (token === keys.anonKey) return { role: 'anon' }
  if (token === keys.serviceRoleKey) return { role: 'service_role' }
  const [header, payload, signature, ...more] = token.split('.')
  if (!header || !payload || !signature || more.length) return 'malformed'
  const expected = createHmac('sha256', keys.jwtSecret).update(`${header}.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'signature'
  const [{ alg }, claims] = [readPart(header), readPart(payload)]
  if (alg !== 'HS256') return 'signature'
  if (typeof claims.role !== 'string' || typeof claims.exp !== 'number') return 'incomplete'
  if (claims.exp * 1000 <= Date.now()) return 'expired'
  return claims as Claims
}

function readPart(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return value && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    // Signed but no object: it has none of the claims that the caller asks for.
    return {}
  }
}
