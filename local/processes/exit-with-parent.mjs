// Loaded with `node --import` into the processes that the local stack starts: the stack holds the other end of this
// process's stdin for as long as it lives, so the end of stdin means that the stack is gone, however it died.
process.stdin.on('error', () => process.exit(0))
process.stdin.on('end', () => process.exit(0))
process.stdin.resume()
process.stdin.unref?.()
