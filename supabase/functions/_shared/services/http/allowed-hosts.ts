/** The hosts that an operator lets workflows reach although they are private: `host`, `host:port`, `[::1]:port`. */
export class AllowedHosts {
  readonly #hosts: Set<string>

  constructor(entries: string[]) {
    this.#hosts = new Set(entries.map(normalised))
  }

  has(hostname: string, port: number): boolean {
    return this.#hosts.has(hostname) || this.#hosts.has(`${hostname} ${port}`)
  }
}

/** A host as it stands in a parsed URL, without the brackets of IPv6 and the dot that some write at the end. */
export const plainHost = (hostname: string): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
    .toLowerCase()

function normalised(entry: string): string {
  const [, host = entry, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry.trim()) ?? []
  const address = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}/`
  // The same spelling that URLs get: 127.1 becomes 127.0.0.1.
  const plain = plainHost(URL.canParse(address) ? new URL(address).hostname : host)
  return port === undefined ? plain : `${plain} ${Number(port)}`
}
