/** What the functions are told from outside (docs/settings.md); read once, with an error that names what's missing. */
export interface Environment {
  supabaseUrl: string
  anonKey: string
  databaseUrl: string
  secretsKey: string
  smtpUrl: string
  mailFrom: string
  /** Where the app is, for links in e-mails; empty when nobody says. */
  appUrl: string
  /** `host` or `host:port` that the HTTP node may reach although private. */
  allowPrivateHosts: string[]
  functionSecret: string
  /** For how many days executions are kept after the day they began. */
  retentionDays: number
  /** Milliseconds of processor time after which the host ends a function's request; 0 where it doesn't. */
  processorLimitMs: number
  /** The header in which the operator's own proxy says where a request comes from, and how many such proxies there are. */
  clientAddress: { header: string; proxies: number }
  /** Requests a minute to all webhooks of a workspace together; 0: no limit. */
  webhookRate: number
  /** Requests a minute with one API key, and with all keys of a workspace together; 0: no limit. */
  apiRates: { key: number; workspace: number }
}

function required(name: string): string {
  const value = Deno.env.get(name)
  if (!value) throw new Error(`The environment variable ${name} is not set. See docs/settings.md.`)
  return value
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')

/** A whole number, at least `least`; `otherwise` when nothing is said. */
function wholeNumber(name: string, least: number, otherwise: number): number {
  const text = Deno.env.get(name) ?? ''
  const value = text === '' ? otherwise : Number(text)
  if (Number.isInteger(value) && value >= least) return value
  throw new Error(`${name} must be a whole number, such as ${otherwise}; it is "${text}".`)
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
    appUrl: (Deno.env.get('WEFT_APP_URL') ?? '').replace(/\/$/, ''),
    allowPrivateHosts: list(Deno.env.get('WEFT_ALLOW_PRIVATE_HOSTS') ?? ''),
    functionSecret: required('WEFT_FUNCTION_SECRET'),
    retentionDays: wholeNumber('WEFT_RETENTION_DAYS', 1, 90),
    // What a hosted project allows.
    processorLimitMs: wholeNumber('WEFT_CPU_LIMIT_MS', 0, 2_000),
    clientAddress: {
      header: (Deno.env.get('WEFT_CLIENT_ADDRESS_HEADER') ?? '').trim().toLowerCase(),
      proxies: wholeNumber('WEFT_TRUSTED_PROXIES', 1, 1),
    },
    webhookRate: wholeNumber('WEFT_WEBHOOK_RATE', 0, 0),
    apiRates: {
      key: wholeNumber('WEFT_API_KEY_RATE', 0, 600),
      workspace: wholeNumber('WEFT_API_RATE', 0, 3_000),
    },
  }
  return known
}
