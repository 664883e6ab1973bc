/** True for `npm run test:soak`, which runs long tests in full; other runs use a short form of them. */
export const isLongForm: boolean = process.env.SLUICE_SOAK === '1'
