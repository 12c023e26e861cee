import { z } from 'zod'
import type { DataObject } from '../data.ts'

/** How a connection's secret travels: with requests over the web, or when signing in to a mail server. */
export type ConnectionUse = 'http' | 'smtp'

/** What a form needs to know about one field of a connection; kept in the zod schema's metadata. */
export interface ConnectionFieldMeta {
  widget: 'text' | 'number' | 'select' | 'hosts'
  label: string
  hint?: string
  placeholder?: string
  options?: { value: string; label: string }[]
  /** Stored encrypted and never shown again. */
  secret?: boolean
  /** Shown under "More options". */
  advanced?: boolean
}

/** One field of a connection's form. */
export interface ConnectionField extends ConnectionFieldMeta {
  name: string
  required: boolean
  default: string | number | undefined
}

type Look = Omit<ConnectionFieldMeta, 'widget' | 'options' | 'secret'>

const MOST = 4_000
const line = (text: string): boolean => !/[\p{Cc}\u2028\u2029]/u.test(text)
const oneLine = () =>
  z.string().trim().max(MOST, 'This is too long.').refine(line, 'Only one line fits here.')
const filled = () => oneLine().min(1, 'Fill this in.')

/** Builders of connection fields: each says what it holds and how it's asked for. */
export const ask = {
  text: (look: Look) => filled().meta({ ...look, widget: 'text' }),
  optionalText: (look: Look) =>
    oneLine()
      .default('')
      .meta({ ...look, widget: 'text' }),
  /** A password, key or token. Spaces at its ends mostly came along by copying. */
  secret: (look: Look) => filled().meta({ ...look, widget: 'text', secret: true }),
  optionalSecret: (look: Look) =>
    oneLine()
      .default('')
      .meta({ ...look, widget: 'text', secret: true }),
  port: (look: Look, otherwise: number) =>
    z.coerce
      .number('Write a number.')
      .int('Write a whole number.')
      .min(1, 'Ports begin at 1.')
      .max(65_535, 'Ports end at 65535.')
      .default(otherwise)
      .meta({ ...look, widget: 'number' }),
  select: <const V extends string>(look: Look, options: { value: V; label: string }[], first: V) =>
    z
      .enum(options.map((option) => option.value) as [V, ...V[]]) // a select without options makes no sense
      .default(first as never) // one of the options: zod's own type for it is not inferred here
      .meta({ ...look, widget: 'select', options }),
  /** A whole web address, without a user name or password in it. */
  address: (look: Look, otherwise?: string) => {
    const address = filled().refine(
      isPlainAddress,
      'Write a whole address, like https://example.com.',
    )
    return (otherwise === undefined ? address : address.default(otherwise)).meta({
      ...look,
      widget: 'text',
    })
  },
  optionalAddress: (look: Look) =>
    oneLine()
      .refine(
        (text) => text === '' || isPlainAddress(text),
        'Write a whole address, like https://example.com/me.',
      )
      .default('')
      .meta({ ...look, widget: 'text' }),
  /** Hosts with commas between them. */
  hosts: (look: Look) =>
    filled()
      .refine(
        (text) => readHosts(text) !== null,
        'Write hosts like api.example.com, with commas between them.',
      )
      .meta({ ...look, widget: 'hosts' }),
}

function isPlainAddress(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return url.username === '' && url.password === '' && url.hostname !== ''
}

/** `API.example.com, other.example.com:8443` as hosts in their one spelling; null when one of them isn't any. */
export function readHosts(text: string): string[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const hosts = parts.map(readHost)
  return hosts.length === 0 || hosts.length > 20 || hosts.includes(null)
    ? null
    : [...new Set(hosts as string[])] // null was ruled out just now
}

function readHost(text: string): string | null {
  // What people copy from the address bar.
  const host = text.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  if (/[/@?#\\]/.test(host) || !URL.canParse(`https://${host}`)) return null
  return hostOf(`https://${host}`)
}

/** The host of an address in its one spelling, with its port unless that's the usual one. */
export function hostOf(address: string): string {
  const { host } = new URL(address)
  return host.toLowerCase()
}

/** A kind of connection: its form, its checks and how it's used follow from this declaration. */
export interface ConnectionKind<Fields extends z.ZodObject = z.ZodObject> {
  /** Stable for ever. */
  kind: string
  title: string
  description: string
  /** Name of a lucide icon. */
  icon: string
  use: ConnectionUse
  /** Made with `ask.…`. */
  fields: Fields
  /** Where its secret may be sent, as its fields say. */
  hosts(fields: z.infer<Fields>): string[]
  /** People sign in at the service before it can be used. */
  signIn?: boolean
}

/** Declares a kind of connection. */
export const defineConnection = <Fields extends z.ZodObject>(
  kind: ConnectionKind<Fields>,
): ConnectionKind => kind as unknown as ConnectionKind // whoever has its fields has read them with its own schema

/** A kind's fields, in the order of its declaration. */
export function connectionFields(kind: ConnectionKind): ConnectionField[] {
  return Object.entries(kind.fields.shape).map(([name, part]) => {
    const schema = part as z.ZodType // a zod object's shape holds zod types; its own type is looser
    const meta = schema.meta() as ConnectionFieldMeta | undefined // only `ask` makes these
    if (meta === undefined) throw new TypeError(`${kind.kind}: make the field "${name}" with ask.…`)
    const parsed = schema.safeParse(undefined)
    const otherwise = parsed.success ? (parsed.data as string | number) : undefined // of texts, numbers and choices
    return { ...meta, name, required: !parsed.success, default: otherwise }
  })
}

/** Parts the fields of a connection: what everybody may see, and what is encrypted. Empty secrets aren't kept. */
export function partFields(
  kind: ConnectionKind,
  values: DataObject,
): { settings: DataObject; secrets: Record<string, string> } {
  const settings: DataObject = {}
  const secrets: Record<string, string> = {}
  for (const { name, secret } of connectionFields(kind)) {
    const value = values[name]
    if (value === undefined) continue
    if (!secret) settings[name] = value
    else if (typeof value === 'string' && value !== '') secrets[name] = value
  }
  return { settings, secrets }
}
