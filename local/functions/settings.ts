import type { Keys } from '../keys.ts'
import type { PostgresServer } from '../postgres/server.ts'

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
    WEFT_RETENTION_DAYS: process.env['WEFT_RETENTION_DAYS'] ?? '',
  }
}
