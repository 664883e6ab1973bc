// What the command uses of undici, in the bundle alone: its front door loads all of it, the platform's fetch, web sockets and mocks
// among them, which is half of the time until a first request. The version is pinned, and the tests of the command run on the bundle.

// @ts-expect-error: the types are those of the front door
export { default as Client } from 'undici/lib/dispatcher/client.js'
