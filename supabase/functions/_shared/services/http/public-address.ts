/** Whether an IP address (as a resolver or the URL standard writes it) is out on the public internet. */
export function isPublicAddress(address: string): boolean {
  if (address.includes(':')) {
    const groups = ipv6Groups(address)
    return groups !== null && isPublicV6(groups)
  }
  const bytes = ipv4Bytes(address)
  return bytes !== null && isPublicV4(bytes)
}

/** Only the plain spelling. The URL standard has turned 0x7f.1, 017700000001 and 2130706433 into it before. */
function ipv4Bytes(address: string): number[] | null {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : null
}

function ipv6Groups(address: string): number[] | null {
  // A zone (fe80::1%eth0) only makes sense on a local link.
  if (address.includes('%')) return null
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address)
  let text = address
  if (embedded !== null) {
    const bytes = ipv4Bytes(embedded[2] ?? '')
    if (bytes === null) return null
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    text = `${embedded[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return groups.map((group) => parseInt(group, 16))
}

/** [first bytes, how many bits of them count]: IANA's special-purpose registry, everything that isn't global. */
const CLOSED_V4: [number[], number][] = [
  [[0], 8], // this network
  [[10], 8], // private
  [[100, 64], 10], // shared by carriers (CGNAT)
  [[127], 8], // loopback
  [[168, 63, 129, 16], 32], // Azure's own services, metadata among them; public by its number only
  [[169, 254], 16], // link-local, cloud metadata
  [[172, 16], 12], // private
  [[192, 0, 0], 24], // protocol assignments
  [[192, 0, 2], 24], // documentation
  [[192, 88, 99], 24], // 6to4 relays
  [[192, 168], 16], // private
  [[198, 18], 15], // benchmarks
  [[198, 51, 100], 24], // documentation
  [[203, 0, 113], 24], // documentation
  [[224], 4], // multicast
  [[240], 4], // reserved and broadcast
]

function isPublicV4(bytes: number[]): boolean {
  return !CLOSED_V4.some(([prefix, bits]) => startsWith(bytes, prefix, bits, 8))
}

/** Parts of the global unicast space (2000::/3) that lead elsewhere. */
const CLOSED_V6: [number[], number][] = [
  [[0x2001, 0], 23], // protocol assignments: Teredo, ORCHID, benchmarks
  [[0x2001, 0xdb8], 32], // documentation
  [[0x2002], 16], // 6to4: carries any IPv4 address
  [[0x3fff], 20], // documentation
]

function isPublicV6(groups: number[]): boolean {
  // NAT64 reaches the IPv4 address in its last 32 bits.
  if (startsWith(groups, [0x64, 0xff9b, 0, 0, 0, 0], 96, 16)) return isPublicV4(lastV4(groups))
  // Mapped and compatible IPv4, loopback, link-local, unique local, multicast: all outside of 2000::/3.
  if (!startsWith(groups, [0x2000], 3, 16)) return false
  return !CLOSED_V6.some(([prefix, bits]) => startsWith(groups, prefix, bits, 16))
}

function lastV4(groups: number[]): number[] {
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255]
}

function startsWith(parts: number[], prefix: number[], bits: number, width: number): boolean {
  for (let index = 0; index * width < bits; index++) {
    const shift = Math.max(0, width - (bits - index * width))
    if ((parts[index] ?? 0) >> shift !== (prefix[index] ?? 0) >> shift) return false
  }
  return true
}
