/** Where changes wait in the browser that the server hasn't got yet: closing the page while offline loses nothing. */
const DATABASE = 'weft-unsaved'
const STORE = 'drafts'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The browser refuses to store.'))
  })
}

async function ask<Result>(
  mode: IDBTransactionMode,
  question: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open()
  try {
    return await new Promise((resolve, reject) => {
      const request = question(database.transaction(STORE, mode).objectStore(STORE))
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('The browser refuses to store.'))
    })
  } finally {
    database.close()
  }
}

/** Changes of one draft that wait in this browser, by a name that includes the person. */
export interface UnsavedChanges {
  read(name: string): Promise<Uint8Array | null>
  write(name: string, update: Uint8Array): Promise<void>
  clear(name: string): Promise<void>
}

/** Keeps them in the browser's own database. */
export const browserUnsaved: UnsavedChanges = {
  async read(name) {
    const found: unknown = await ask('readonly', (store) => store.get(name))
    return found instanceof Uint8Array ? found : null
  },
  async write(name, update) {
    await ask('readwrite', (store) => store.put(update, name))
  },
  async clear(name) {
    await ask('readwrite', (store) => store.delete(name))
  },
}

/** Clears whatever waits in this browser, of everybody: called at sign-out, since the next person here is another one. */
export function forgetUnsaved(): void {
  indexedDB.deleteDatabase(DATABASE)
}
