/** Ends this Deno process when the stack that started it is gone: the stack holds the other end of our stdin. */
export function exitWithParent(): void {
  void (async () => {
    const buffer = new Uint8Array(64)
    while ((await Deno.stdin.read(buffer)) !== null) continue
    Deno.exit(0)
  })()
}
