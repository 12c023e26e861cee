export { PostgresRecords } from './records/postgres-records.ts'
