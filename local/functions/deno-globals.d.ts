// The few parts of Deno that the files here use, so that they're checked together with the rest of local/ by tsc.
declare namespace Deno {
  type ServeHandlerInfo = {
    remoteAddr: { hostname: string; port: number }
    completed: Promise<void>
  }
  const args: string[]
  const stdin: { read(into: Uint8Array): Promise<number | null> }
  function serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: ServeHandlerInfo) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> }
  function readDirSync(path: string): Iterable<{ name: string; isDirectory: boolean }>
  function statSync(path: string): { isFile: boolean }
  function exit(code: number): never
  function addSignalListener(signal: string, heard: () => void): void
}
