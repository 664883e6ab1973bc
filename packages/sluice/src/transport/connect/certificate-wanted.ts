/** Connections whose server requested a client certificate, and got none. */
export const certificateWanted: WeakSet<object> = new WeakSet()
