// In a bundle for browsers: pages learn of no codes.

export const meanings: ReadonlyMap<string, string> = new Map()

export const localLimits: ReadonlyMap<string, string> = new Map()
