export { SafeHttp } from './http/safe-http.ts'
