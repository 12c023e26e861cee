import { z } from 'zod'
import { ask, defineConnection } from './define-connection.ts'

const smtp = defineConnection({
  kind: 'smtp',
  title: 'Mail server',
  description: 'Sends e-mails from an address of your own.',
  icon: 'mail',
  use: 'smtp',
  fields: z.object({
    host: ask
      .text({ label: 'Server', placeholder: 'smtp.example.com' })
      .regex(/^[\p{L}\p{N}.-]+$/u, 'Write only the name of the server, like smtp.example.com.')
      .meta({ label: 'Server', placeholder: 'smtp.example.com', widget: 'text' }),
    port: ask.port({ label: 'Port' }, 465),
    security: ask.select(
      { label: 'Encryption' },
      [
        { value: 'tls', label: 'From the start (mostly port 465)' },
        { value: 'starttls', label: 'After the greeting (mostly port 587)' },
        { value: 'none', label: 'None (only servers your administrator allows)' },
      ],
      'tls',
    ),
    user: ask.optionalText({ label: 'User name' }),
    password: ask.optionalSecret({ label: 'Password' }),
    from: ask.text({
      label: 'Sender',
      placeholder: 'Sales <sales@example.com>',
      hint: 'The address that e-mails come from.',
    }),
  }),
  hosts: ({ host, port }) => [`${host.toLowerCase()}:${port}`],
})

export const mailKinds = [smtp]
