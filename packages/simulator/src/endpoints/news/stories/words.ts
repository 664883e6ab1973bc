/** Subjects of the generated stories. */
export const sections = ['world', 'business', 'technology', 'science', 'sport', 'culture'] as const

export type Section = (typeof sections)[number]

export const places = [
  'Tellmouth',
  'Brackwater',
  'Ostrey',
  'Nimmerfeld',
  'Calder Quay',
  'Port Arlen',
  'Vesterholm',
  'Lindmark',
  'Quillon',
  'Marrowby',
  'Sandrigg',
  'Upper Thole',
  'Ravelin',
  'Kestrel Bay',
  'Dunmarsh',
  'Altenwick',
  'Fenmoor',
  'Saltash Point',
  'Grauhafen',
  'Whinfield',
] as const

/** Six of each, all plural. */
export const people: Readonly<Record<Section, readonly string[]>> = {
  world: ['ministers', 'ferry crews', 'fishing families', 'border officials', 'market traders', 'election officers'],
  business: ['shipbuilders', 'bakers', 'savings banks', 'wool merchants', 'tram operators', 'glass makers'],
  technology: ['engineers', 'network operators', 'chip designers', 'map makers', 'archivists', 'radio amateurs'],
  science: ['geologists', 'beekeepers', 'astronomers', 'marine biologists', 'physicists', 'soil researchers'],
  sport: ['rowers', 'cyclists', 'chess players', 'goalkeepers', 'climbers', 'marathon runners'],
  culture: ['choirs', 'puppeteers', 'novelists', 'museum guards', 'film students', 'organ builders'],
}

/** Ten of each; some contain characters that markup must escape. */
export const deeds: Readonly<Record<Section, readonly string[]>> = {
  world: [
    'agree on a shared timetable for the strait',
    'reopen the northern road to night traffic',
    'reject a plan to move the harbour',
    'sign a treaty about drifting nets',
    'count every vote by hand again',
    "put the women's assembly in the old town hall",
    'send tents & blankets to the valley',
    'close three checkpoints at the lake',
    'offer to host the grain conference',
    'hand the lighthouse back to its island',
  ],
  business: [
    'raise wages by a tenth',
    'merge with a rival from the coast',
    'stop printing paper tickets',
    'buy back their oldest workshop',
    'lend money to first-time sailors',
    'double spending on R&D',
    'warn of a shortage of cork',
    'move production into the hills',
    'publish their prices for the first time',
    "settle the dispute over last year's orders",
  ],
  technology: [
    'switch on a network without masts',
    'release the code of the ticket machines',
    'store a library in a grain of glass',
    'find a flaw in popular door locks',
    'teach old modems a new protocol',
    "retire the town's last mainframe",
    'build a compass that needs no north',
    'run a data centre on tidal power',
    'write a browser in 4 kB & less',
    'put every bus stop on one map',
  ],
  science: [
    'measure the slowest river ever found',
    'hear a new note in whale song',
    'date a forest beneath the sea',
    'explain why moss turns to the west',
    'grow barley in salt water',
    "solve the riddle of the moon's pale ring",
    'name eleven kinds of lichen',
    'drill into a lake sealed for ages',
    'weigh a cloud & publish how',
    'find warm springs under the glacier',
  ],
  sport: [
    'break the record for the long course',
    'withdraw from the spring league',
    'win the cup on a borrowed boat',
    'train in the dark before the final',
    'ask for longer breaks between rounds',
    "beat last year's champions twice",
    'play on in spite of the snow',
    'draw 4-4 & leave smiling',
    'choose a coach of nineteen',
    'lose the title by a hand',
  ],
  culture: [
    'perform a lost opera in a shipyard',
    'open a museum of unfinished letters',
    'win a prize for a silent play',
    'restore the painted ceiling',
    'lend their instruments to schools',
    'record every dialect of the coast',
    "turn the cinema into a readers' hall",
    'stage tales of salt & snow',
    'refuse a grant with conditions',
    'bring back the lantern parade',
  ],
}

export const circumstances = [
  'after nine years of talks',
  'for the first time since the flood',
  "despite a rival's protest",
  'in a move that few expected',
  'under a new rule about open hours',
  'as the long winter begins',
  'two weeks ahead of plan',
  'while the neighbours watch closely',
] as const

export const authors = [
  'Ada Brenner',
  'Tomas Wick',
  'Nell O’Hara',
  'Jun Aldous',
  'Mira Søndergaard',
  'Piet van Loon',
  'Esther Quaye',
  'Rafael Núñez',
  'Ilse Krämer',
  'Owen Tarr',
] as const

export const sentences = [
  'Nobody had expected a decision before the end of the month.',
  'The figures were read out twice, and then once more for those at the back.',
  'Critics say that the costs have not been looked at by anybody independent.',
  'A first attempt had failed in spring, when a storm took the only bridge.',
  'Those who were there speak of a quiet afternoon and of much applause.',
  'Similar plans exist in four other towns, none of which has begun.',
  'What happens next depends on the weather and on a signature.',
  'An inquiry will say by summer whether the rule can stay.',
] as const
