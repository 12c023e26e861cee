import { appDatabase } from './database.ts'

/** Who tries to sign in, and from where. */
export interface Attempt {
  account: string
  address: string
}

/** Counts an attempt to sign in. Answers with the seconds to wait before the next one; 0: go ahead. */
export async function beginSignIn({ account, address }: Attempt): Promise<number> {
  const { rows } = await appDatabase().query<{ wait: number }>(
    'select private.begin_sign_in($1, $2) as wait',
    [account, address],
  )
  return rows[0]?.wait ?? 0
}

/** The password was right: the account's attempts are forgotten. */
export async function endSignIn({ account, address }: Attempt): Promise<void> {
  await appDatabase().query('select private.end_sign_in($1, $2)', [account, address])
}
