/** Parameters that say how a reader came to a page, and nothing about which page it is. Lower case. */
export const trackingParameters: ReadonlySet<string> = new Set([
  '__twitter_impression',
  '_ga',
  '_gl',
  '_hsenc',
  '_hsmi',
  'amp',
  'campaign_id',
  'cmp',
  'cmpid',
  'dclid',
  'emc',
  'fb_action_ids',
  'fb_action_types',
  'fbclid',
  'ftag',
  'gbraid',
  'gclid',
  'gclsrc',
  'guccounter',
  'guce_referrer',
  'guce_referrer_sig',
  'icid',
  'igsh',
  'igshid',
  'ito',
  'mkt_tok',
  'mkwid',
  'msclkid',
  'ncid',
  'ocid',
  'oly_anon_id',
  'oly_enc_id',
  'ref',
  'ref_src',
  'ref_url',
  'referrer',
  'sc_campaign',
  'smid',
  'smtyp',
  'soc_src',
  'soc_trk',
  'spm',
  'srnd',
  'taid',
  'ttclid',
  'twclid',
  'vero_id',
  'wbraid',
  'xtor',
  'yclid',
])

/** What such names begin with. Lower case. */
export const trackingPrefixes: readonly string[] = ['utm_', 'mc_', 'at_', 'hsa_', 'mtm_', 'ns_', 'pk_', 'piwik_']

/** Whether a parameter says nothing about which page is meant. */
export function isTracking(parameter: string): boolean {
  const name = parameter.toLowerCase()
  return trackingParameters.has(name) || trackingPrefixes.some((prefix) => name.startsWith(prefix))
}
