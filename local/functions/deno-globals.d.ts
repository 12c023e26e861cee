// The few parts of Deno that is used by what tsc checks together with the app: the files here, and those of the functions
// that tests import. Deno itself checks the functions against its whole API.
declare namespace Deno {
  type ServeHandlerInfo = {
    remoteAddr: { hostname: string; port: number }
    completed: Promise<void>
  }
  const args: string[]
  const pid: number
  const env: { get(name: string): string | undefined }
  const errors: { NotFound: new () => Error }
  const stdin: { read(into: Uint8Array): Promise<number | null> }
  function serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: (request: Request, info: ServeHandlerInfo) => Response | Promise<Response>,
  ): { shutdown(): Promise<void> }
  function readDirSync(path: string): Iterable<{ name: string; isDirectory: boolean }>
  function statSync(path: string): { isFile: boolean }
  function writeTextFileSync(path: string, text: string): void
  function exit(code: number): never
  function addSignalListener(signal: string, heard: () => void): void
}
