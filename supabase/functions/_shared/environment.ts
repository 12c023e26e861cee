/** What the functions are told from outside (docs/operations.md); read once, with an error that names what's missing. */
export interface Environment {
  supabaseUrl: string
  anonKey: string
  databaseUrl: string
  secretsKey: string
  smtpUrl: string
  mailFrom: string
  /** `host` or `host:port` that the HTTP node may reach although private. */
  allowPrivateHosts: string[]
  functionSecret: string
  /** For how many days executions are kept after the day they began. */
  retentionDays: number
}

function required(name: string): string {
  const value = Deno.env.get(name)
  if (!value)
    throw new Error(`The environment variable ${name} is not set. See docs/operations.md.`)
  return value
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')

/** A whole number of days, at least one; 90 when nothing is said. */
function days(name: string): number {
  const text = Deno.env.get(name) ?? ''
  const value = text === '' ? 90 : Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new Error(`${name} must be a whole number of days, such as 90; it is "${text}".`)
}

let known: Environment | undefined

/** The environment of this process. */
export function environment(): Environment {
  known ??= {
    supabaseUrl: required('SUPABASE_URL').replace(/\/$/, ''),
    anonKey: required('SUPABASE_ANON_KEY'),
    databaseUrl: required('WEFT_DB_URL'),
    secretsKey: required('WEFT_SECRETS_KEY'),
    smtpUrl: Deno.env.get('WEFT_SMTP_URL') ?? '',
    mailFrom: Deno.env.get('WEFT_MAIL_FROM') ?? '',
    allowPrivateHosts: list(Deno.env.get('WEFT_ALLOW_PRIVATE_HOSTS') ?? ''),
    functionSecret: required('WEFT_FUNCTION_SECRET'),
    retentionDays: days('WEFT_RETENTION_DAYS'),
  }
  return known
}
