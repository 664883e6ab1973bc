/** Connections on which the server requested a client certificate but got none. */
export const certificateWanted: WeakSet<object> = new WeakSet()
