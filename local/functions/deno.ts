import { createRequire } from 'node:module'
import { accessSync, chmodSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where Deno is: run directly, because the package's own starter leaves its child behind when it's stopped. */
export function denoBinary(): string {
  const resolve = createRequire(import.meta.url).resolve
  const deno = dirname(resolve('deno/package.json'))
  const own = join(deno, 'deno')
  if (existsSync(own)) return own
  // The install script that puts it there isn't allowed everywhere; the platform's package has the same file.
  const { platform, arch } = process
  const name = platform === 'linux' ? `@deno/linux-${arch}-glibc` : `@deno/${platform}-${arch}`
  try {
    const binary = join(
      dirname(createRequire(join(deno, 'package.json')).resolve(`${name}/package.json`)),
      'deno',
    )
    if (existsSync(binary)) return makeExecutable(binary)
  } catch (error) {
    throw new Error(
      `There is no Deno for ${platform} ${arch} among the installed packages (${name}). Run "npm ci".`,
      { cause: error },
    )
  }
  throw new Error(`The package ${name} holds no Deno. Run "npm ci".`)
}

/** The install script would have done it; in a folder that isn't ours it's done already or can't be. */
function makeExecutable(binary: string): string {
  try {
    accessSync(binary, constants.X_OK)
  } catch {
    chmodSync(binary, 0o755)
  }
  return binary
}
