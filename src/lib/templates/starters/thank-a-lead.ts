import { createRecord } from '#lib/engine/nodes/data/create-record.ts'
import { sendEmail } from '#lib/engine/nodes/messages/send-email.ts'
import { webhookTrigger } from '#lib/engine/nodes/triggers/webhook.ts'
import { defineTemplate, ME } from '../define-template.ts'
import { step } from '../sketch.ts'

/** A website's form: kept, thanked for, and told about. */
export const thankALead = defineTemplate({
  id: 'thank-a-lead',
  topic: 'customers',
  title: 'Keep and thank new contacts',
  about:
    'When somebody fills in the form on your website, they are kept in a pipeline and get a thank-you by e-mail. You are told about them at the same time.',
  words: 'lead form crm welcome',
  pipeline: {
    name: 'Contacts',
    fields: [
      { key: 'name', title: 'Name', type: 'text' },
      { key: 'email', title: 'E-mail', type: 'email' },
      { key: 'message', title: 'Message', type: 'text' },
    ],
    steps: ['keep'],
  },
  sample: {
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    message: 'I would like to know more about your offer.',
  },
  steps: [
    step(webhookTrigger, 'form', 'Somebody fills in the form'),
    step(createRecord, 'keep', 'Keep the contact', {
      values: {
        name: '{{ trigger.body.name }}',
        email: '{{ trigger.body.email }}',
        message: "{{ trigger.body.message | default: '' }}",
      },
    }),
    step(sendEmail, 'thank', 'Thank them', {
      to: '{{ trigger.body.email }}',
      subject: 'Thank you for writing to us',
      body: 'Hello {{ trigger.body.name }},\n\nthank you for your message. We will be in touch within two working days.\n\nKind regards',
    }),
    step(sendEmail, 'tell', 'Tell me', {
      to: ME,
      subject: 'New contact: {{ trigger.body.name }}',
      body: "{{ trigger.body.name }} ({{ trigger.body.email }}) wrote:\n\n{{ trigger.body.message | default: 'No message.' }}",
    }),
  ],
  lines: ['form -> keep -> thank', 'keep -> tell'],
})
