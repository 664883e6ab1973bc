import { type Markup, markup } from '../markup.ts'

/** Fill patterns that can be distinguished without colours, shared by all plots of a page. */
export const patterns: Markup = markup`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>
<pattern id="hatch-body" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="body-ground" width="5" height="5"/><path class="body-stroke" d="M0,0V5"/></pattern>
<pattern id="hatch-backoff" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path class="backoff-stroke" d="M0,0V5"/></pattern>
<pattern id="hatch-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="failed-ground" width="6" height="6"/><path class="failed-stroke" d="M0,0V6"/></pattern>
<pattern id="dots-refused" width="4.5" height="4.5" patternUnits="userSpaceOnUse"><rect class="refused-ground" width="4.5" height="4.5"/><circle class="refused-dot" cx="2.25" cy="2.25" r="1.35"/></pattern>
</defs></svg>`
