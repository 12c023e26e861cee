import { join } from 'node:path'
import { App, type EmailDriver, type HonoContext, type ServerOptions } from '@supabase/lite'
import type { Keys } from '../keys.ts'
import type { LiteConnections } from './lite-connections.ts'

/** A part of the API that answers whole requests. */
export type Answer = (request: Request) => Promise<Response>

type Middleware = NonNullable<ServerOptions['middlewares']>[number]

const templates = join(import.meta.dirname, '../../supabase/templates')

/** What /rest/v1 and /auth/v1 need to know. */
export type RestAndAuthOptions = {
  connections: LiteConnections
  keys: Keys
  /** Where links in e-mails lead. */
  appUrl: string
  apiUrl: string
  mail: EmailDriver
}

/** /rest/v1 and /auth/v1 by @supabase/lite: two apps, because each has a database role of its own. */
export function createRestAndAuth(options: RestAndAuthOptions): { rest: Answer; auth: Answer } {
  const rest = restApp(options)
  const auth = authApp(options)
  return {
    rest: async (request) => preflight(request) ?? (await rest.fetch(request)),
    auth: (request) => auth.fetch(request),
  }
}

/**
 * What a browser asks before it calls from another origin. Lite looks up the called function first and, not knowing its
 * arguments yet, doesn't find it; the hosted API says yes to everybody, as access is a matter of keys and policies.
 */
function preflight(request: Request): Response | undefined {
  if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method'))
    return undefined
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS',
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
      'access-control-max-age': '86400',
    },
  })
}

function keySettings(keys: Keys) {
  return {
    jwt_secret: keys.jwtSecret,
    publishable_key: keys.anonKey,
    secret_key: keys.serviceRoleKey,
  }
}

function restApp({ connections, keys, apiUrl, mail }: RestAndAuthOptions): App {
  return new App({
    connection: connections.rest,
    auth: { enabled: false, ...keySettings(keys) },
    api: { enabled: true, schemas: ['public'], max_rows: 1000, external_url: apiUrl },
    storage: { enabled: false },
    studio: { enabled: false },
    options: {
      drivers: { email: mail },
      server: { disableStudio: true, admin: false, middlewares: [trustSignedTokens] },
    },
  })
}

/**
 * A hosted REST API asks nobody whether a signed token's person and session still exist. Lite does, on this connection,
 * which has no right to look into auth: it's told that they do.
 */
const trustSignedTokens: Middleware = async (context, next) => {
  const exists = () => Promise.resolve({})
  // Lite's REST side uses these two methods of the auth service and no others.
  const asked = { repo: { findUserById: exists, findSessionById: exists } }
  context.set('authService', asked as unknown as HonoContext['Variables']['authService'])
  await next()
}

function authApp({ connections, keys, appUrl, mail }: RestAndAuthOptions): App {
  return new App({
    connection: connections.auth,
    auth: {
      enabled: true,
      ...keySettings(keys),
      site_url: appUrl,
      additional_redirect_urls: [`${appUrl}/**`],
      minimum_password_length: 8,
      email: {
        enable_signup: true,
        // As in Supabase's own local set-up: people start at once; only later mails matter.
        enable_confirmations: false,
        template: {
          recovery: {
            subject: 'Choose a new password',
            content_path: join(templates, 'recovery.html'),
          },
          confirmation: {
            subject: 'Confirm your address',
            content_path: join(templates, 'confirmation.html'),
          },
          email_change: {
            subject: 'Confirm your new address',
            content_path: join(templates, 'email_change.html'),
          },
          magic_link: {
            subject: 'Your sign-in link',
            content_path: join(templates, 'magic_link.html'),
          },
        },
      },
    },
    api: { enabled: false },
    storage: { enabled: false },
    studio: { enabled: false },
    options: { drivers: { email: mail }, server: { disableStudio: true, admin: false } },
  })
}
