/** A range of internet addresses: the first `bits` of its 16 bytes count. IPv4 lies within IPv6 (::ffff:a.b.c.d). */
export interface AddressRange {
  bytes: readonly number[]
  bits: number
}

const IPV4_BITS = 96

/** The 16 bytes of an address as written; undefined when it is none. Odd spellings of IPv4 (octal, short) are none. */
export function addressBytes(text: string): number[] | undefined {
  const four = ipv4(text)
  if (four !== undefined) return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...four]
  return ipv6(text)
}

function ipv4(text: string): number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  return bytes.every((byte) => byte < 256) ? bytes : undefined
}

function ipv6(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return undefined
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const before = groups(head ?? [], tail === undefined)
  const after = groups(tail ?? [], true)
  if (before === undefined || after === undefined) return undefined
  const left = 16 - before.length - after.length
  if (tail === undefined ? left !== 0 : left < 2) return undefined
  return [...before, ...new Array<number>(left).fill(0), ...after]
}

/** Two bytes a group; the last one of the address may be an IPv4 address. */
function groups(parts: readonly string[], isLast: boolean): number[] | undefined {
  const bytes: number[] = []
  for (const [index, part] of parts.entries()) {
    const four = isLast && index === parts.length - 1 ? ipv4(part) : undefined
    if (four !== undefined) bytes.push(...four)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16)
      bytes.push(value >> 8, value & 255)
    } else return undefined
  }
  return bytes
}

/** One entry of a list: an address, or a range such as 203.0.113.0/24. Undefined when it is neither. */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', size, ...more] = text.split('/')
  const bytes = addressBytes(address)
  if (bytes === undefined || more.length > 0) return undefined
  const first = address.includes(':') ? 0 : IPV4_BITS
  if (size === undefined) return { bytes, bits: 128 }
  if (!/^(0|[1-9]\d{0,2})$/.test(size) || first + Number(size) > 128) return undefined
  return { bytes, bits: first + Number(size) }
}

/** The entries of a list as people write it: with commas, spaces or lines between them. */
export const listEntries = (text: string): string[] =>
  text.split(/[\s,;]+/).filter((entry) => entry !== '')

/** Whether one of the ranges holds the address. What is no address is in none. */
export function isListed(ranges: readonly AddressRange[], address: string): boolean {
  const bytes = addressBytes(address)
  return bytes !== undefined && ranges.some((range) => holds(range, bytes))
}

function holds({ bytes, bits }: AddressRange, address: readonly number[]): boolean {
  return bytes.every((byte, index) => {
    const counted = Math.min(8, Math.max(0, bits - index * 8))
    const mask = (0xff << (8 - counted)) & 0xff
    return (byte & mask) === ((address[index] ?? 0) & mask)
  })
}
