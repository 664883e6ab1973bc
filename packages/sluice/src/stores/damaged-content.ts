/** What was kept is not what could have been written: it was changed by something else. */
export class DamagedContent extends Error {}
