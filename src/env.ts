import { building } from '$app/env'
import { defineEnvVars } from '@sveltejs/kit/env'

/** Everything the app is told from outside. It never learns whether its Supabase is embedded or hosted. */
export const variables = defineEnvVars({
  PUBLIC_SUPABASE_URL: {
    public: true,
    description: 'Address of the Supabase project, e.g. https://abc.supabase.co',
    schema: address('PUBLIC_SUPABASE_URL'),
  },
  PUBLIC_SUPABASE_ANON_KEY: {
    public: true,
    description:
      'The project’s anon (publishable) key; row-level security is what protects the data.',
    schema: given('PUBLIC_SUPABASE_ANON_KEY'),
  },
  WEFT_APP_DB_URL: {
    description:
      'Postgres address with the login role weft_app: where the co-editing server keeps drafts.',
    schema: given('WEFT_APP_DB_URL'),
  },
  ORIGIN: {
    description:
      'The app’s own address, for links in e-mails. Without it, that of each request is used.',
    schema: (value) => (value ? address('ORIGIN')(value) : undefined),
  },
})

function given(name: string) {
  return (value: string | undefined): string => {
    // A build looks at the app without starting it: what it's told comes when it runs.
    if (!value && !building) throw new Error(`Set ${name} in the environment.`)
    return value ?? ''
  }
}

function address(name: string) {
  return (value: string | undefined): string => {
    const text = given(name)(value)
    if (text === '') return text
    if (!URL.canParse(text))
      throw new Error(`${name} must be an address like http://localhost:54321.`)
    return text.replace(/\/+$/, '')
  }
}
