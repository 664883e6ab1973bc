// Progressive enhancement: keyboard shortcuts, and marking without a page load. The script only presses buttons and follows
// links of the page, so everything also works without it.

const said = document.getElementById('said')
const help = document.getElementById('keys')
const keysOn = document.getElementById('keys-on')

/** Target of the keyboard shortcuts: the story that was focused last. */
let current = document.querySelector('.story[data-alone]')
/** Storage key of the position in this list, restored after going back. */
const place = `place ${location.pathname}${location.search}`
if (performance.getEntriesByType('navigation')[0]?.type === 'back_forward')
  current ??= document.getElementById(sessionStorage.getItem(place) ?? '')
/** Queue of marks: each is sent after the page reflects the one before. */
let marking = Promise.resolve()
let isAfterG = false

const say = (text) => {
  said.textContent = text
}

function move(step) {
  if (document.querySelector('.story[data-alone]') !== null) {
    const link = document.querySelector(`.beside a[rel=${step > 0 ? 'next' : 'prev'}]`)
    if (link === null) say(step > 0 ? 'This is the last story of the list' : 'This is the first story of the list')
    return link?.click()
  }
  const stories = [...document.querySelectorAll('.story')]
  const index = stories.indexOf(current)
  const next = stories[index === -1 ? 0 : index + step]
  if (next === undefined) {
    if (stories.length > 0) say(step > 0 ? 'This is the last story of the page' : 'This is the first story of the page')
    return
  }
  next.querySelector('.title a')?.focus()
  next.scrollIntoView({ block: 'nearest' })
  current = next
}

/** Submits a form without the script, so that the browser shows the response. */
function sendPlainly(form, button) {
  form.removeAttribute('data-marks')
  form.requestSubmit(button)
}

/** Sends marks, and replaces the stories on the page with the updated ones. */
async function mark(form, button) {
  let page
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form, button)),
      headers: { prefer: 'return=representation' },
      keepalive: true,
    })
    if (!answer.ok) return sendPlainly(form, button)
    page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch {
    return sendPlainly(form, button)
  }
  for (const fresh of page.querySelectorAll('[id]:is(.story, .counts)')) {
    const old = document.getElementById(fresh.id)
    if (old !== null) replace(old, fresh)
  }
  say(button.dataset.done)
}

/** Replaces an element and keeps the focus on the same button or link. */
function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : undefined
  const name = focused?.getAttribute('name')
  const place = [...old.querySelectorAll('a')].indexOf(focused)
  old.replaceWith(fresh)
  if (old === current) current = fresh
  if (name) fresh.querySelector(`button[name="${name}"]`)?.focus()
  else if (place !== -1) fresh.querySelectorAll('a')[place]?.focus()
}

function isMarking(form) {
  return form instanceof HTMLFormElement && form.hasAttribute('data-marks')
}

document.addEventListener('submit', (event) => {
  const { target: form, submitter } = event
  if (!isMarking(form)) return
  event.preventDefault()
  marking = marking.then(() => {
    // The story may have been replaced in the meantime, with a new copy of the form.
    const story = form.isConnected ? undefined : document.getElementById(form.closest('.story')?.id)
    const latest = story?.querySelector('form') ?? form
    return mark(latest, latest.querySelector(`button[name="${submitter.name}"]`) ?? submitter)
  })
})

function press(story, name, onlyValue) {
  const button = story?.querySelector(`button[name="${name}"]`)
  if (button && (onlyValue === undefined || button.value === onlyValue)) button.form.requestSubmit(button)
}

/** Marks a story as read when it or its original is opened. */
document.addEventListener('click', ({ target }) => {
  const link = target.closest?.('.story a')
  if (link?.matches('.original, .chip')) press(link.closest('.story'), 'read', '1')
})
press(document.querySelector('.story[data-alone][data-unread]'), 'read', '1')

const go = (link) => () => {
  location.href = link
}
const afterG = { u: go('/?state=unread'), b: go('/?starred=1'), h: go('/?state=read') }

const open = () => current?.querySelector('.title a')?.click()
const search = () => document.getElementById('q')?.focus()
const keys = {
  j: () => move(1),
  n: () => move(1),
  k: () => move(-1),
  p: () => move(-1),
  o: open,
  v: () => current?.querySelector('a.original')?.click(),
  m: () => press(current, 'read'),
  f: () => press(current, 'starred'),
  A: () => document.getElementById('mark-page')?.requestSubmit(document.querySelector('#mark-page button')),
  '/': () => (document.getElementById('q') === null ? go('/#q')() : search()),
  R: () => document.getElementById('refresh')?.requestSubmit(),
  '?': () => help.showModal(),
}

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || help.open) return
  const isWriting = target.matches?.('input:not([type=checkbox]), select, textarea')
  if (isWriting && key === 'Escape') target.blur()
  if (isWriting || (!keysOn.checked && key !== '?')) return
  // If an element has the focus, Enter belongs to it.
  const isFree = target === document.body || target === document.getElementById('content')
  const action = (isAfterG ? afterG[key] : undefined) ?? (key === 'Enter' && isFree ? open : keys[key])
  isAfterG = key === 'g' && !isAfterG
  if (action === undefined) return
  event.preventDefault()
  action()
})

document.addEventListener('focusin', ({ target }) => {
  current = target.closest('.story') ?? current
  if (current !== null) sessionStorage.setItem(place, current.id)
})

const showKeys = document.getElementById('show-keys')
showKeys.hidden = false
showKeys.addEventListener('click', () => help.showModal())

// Single-letter shortcuts interfere with speech input, so they can be switched off. The choice is stored.
keysOn.checked = localStorage.getItem('keys') !== 'off'
keysOn.addEventListener('change', () => localStorage.setItem('keys', keysOn.checked ? 'on' : 'off'))
