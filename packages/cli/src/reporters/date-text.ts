/** `2026-11-20 07:15:02 UTC` */
export function dateText(date: string): string {
  return `${date.slice(0, 10)} ${date.slice(11, 19)} UTC`
}
