import type { Keys } from '../keys.ts'
import type { PostgresServer } from '../postgres/server.ts'

/** What whoever runs the installation may set (docs/settings.md): passed on as it is, empty where it isn't set. */
export const PASSED_ON = [
  'WEFT_RETENTION_DAYS',
  'WEFT_CLIENT_ADDRESS_HEADER',
  'WEFT_TRUSTED_PROXIES',
  'WEFT_WEBHOOK_RATE',
  'WEFT_API_KEY_RATE',
  'WEFT_API_RATE',
] as const

/** What the functions know of the world: the same names as on a hosted project. */
export function functionSettings(known: {
  apiUrl: string
  appUrl: string
  keys: Keys
  database: PostgresServer
  smtpUrl: string
  mailFrom: string
  allowPrivateHosts: string[]
}): Record<string, string> {
  const { apiUrl, appUrl, keys, database, smtpUrl, mailFrom, allowPrivateHosts } = known
  return {
    SUPABASE_URL: apiUrl,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    WEFT_DB_URL: database.url('weft_engine'),
    WEFT_SECRETS_KEY: keys.secretsKey,
    WEFT_SMTP_URL: smtpUrl,
    WEFT_MAIL_FROM: mailFrom,
    WEFT_APP_URL: appUrl,
    WEFT_ALLOW_PRIVATE_HOSTS: allowPrivateHosts.join(','),
    WEFT_FUNCTION_SECRET: keys.functionSecret,
    // Nobody ends a function here.
    WEFT_CPU_LIMIT_MS: '0',
    ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name] ?? ''])),
  }
}
