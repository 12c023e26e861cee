/** Data as it travels between steps: what can be stored as JSON and nothing else. */
export type Data = string | number | boolean | null | Data[] | { [key: string]: Data }

/** A named bag of data, e.g. a step's output or a trigger's payload. */
export type DataObject = { [key: string]: Data }
