// SPDX-License-Identifier: Apache-2.0
// The live debugger: one page over GET /api/v1/events/live. The stream is read with fetch, not EventSource, so that the token travels in a
// header; it is resumed by Last-Event-ID. Everything shown goes through textContent.

const KEPT = 500;
const TOKEN = 'patron-debugger-token';
const $ = (id) => document.getElementById(id);

const state = {
  token: '', events: [], waiting: [], selected: null, open: null, paused: false, lastId: '', skipped: 0,
  abort: null, retryMs: 500, live: false, seen: [], clocks: null,
};

// -- small tools ---------------------------------------------------------------------------------------------------

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function api(path, options = {}) {
  return fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${state.token}` }, cache: 'no-store' });
}

const count = (n) => new Intl.NumberFormat().format(n);
const clock = (iso) => {
  const d = new Date(iso);
  return Number.isNaN(d.getTime()) ? '' : d.toLocaleTimeString([], { hour12: false }) + '.' + String(d.getMilliseconds()).padStart(3, '0');
};

const moment = (iso) => new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(iso));

function showState(kind, text) {
  $('state').className = `chip ${kind}`;
  $('state').textContent = text;
}

// -- the gate ------------------------------------------------------------------------------------------------------

function tokenFromAddress() {
  const match = /(?:^#|&)token=([^&]+)/.exec(location.hash);
  if (!match) return '';
  history.replaceState(null, '', location.pathname + location.search); // not in the history, not in a screenshot
  return decodeURIComponent(match[1]);
}

function showGate(message) {
  sessionStorage.removeItem(TOKEN);
  if (state.abort) state.abort.abort();
  $('work').hidden = true;
  $('gate').hidden = false;
  for (const id of ['pause', 'clear', 'help']) $(id).hidden = true;
  showState('', 'not connected');
  $('gate-error').textContent = message;
  $('token').focus();
}

async function enter(token) {
  state.token = token;
  let answer;
  try {
    answer = await api('/api/v1/status');
  } catch {
    showGate('The server does not answer. Is it running?');
    return;
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    showGate(problem.detail || `The server said ${answer.status}.`);
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  $('gate').hidden = true;
  $('work').hidden = false;
  for (const id of ['pause', 'clear', 'help']) $(id).hidden = false;
  readFiltersFromAddress();
  await refreshSources();
  if (!state.clocks) state.clocks = [setInterval(refreshSources, 5000), setInterval(showRate, 1000)];
  follow();
}

// -- sources -------------------------------------------------------------------------------------------------------

async function refreshSources() {
  if (document.hidden || $('work').hidden) return;
  let stats;
  try {
    const answer = await api('/api/v1/stats/sources');
    if (answer.status === 401) { showGate('The token is no longer valid.'); return; }
    if (!answer.ok) return;
    stats = (await answer.json()).data;
  } catch {
    return; // the chip tells; the next turn tries again
  }
  $('sources-empty').hidden = stats.length > 0;
  $('source-rows').replaceChildren(...stats.map(sourceRow));
  const select = $('f-source');
  const have = new Set([...select.options].map((o) => o.value));
  for (const s of stats) if (!have.has(s.source_id)) select.append(new Option(s.source, s.source_id));
  if (select.dataset.wanted) { select.value = select.dataset.wanted; delete select.dataset.wanted; }
  if (stats.length > 0) showSample(stats[0].source_id);
}

function sourceRow(s) {
  const row = element('tr');
  const name = element('td', '', s.source + (s.enabled ? '' : ' (disabled)'));
  const last = s.last_at ? moment(s.last_at) : 'no event yet';
  const names = s.names.slice(0, 3).map((n) => `${n.name} ${count(n.events)}`).join(' · ');
  row.append(name, element('td', 'num', count(s.events)), element('td', 'num', count(s.quarantined)), element('td', 'num', count(s.flagged)),
    element('td', '', last), element('td', 'wide', names));
  return row;
}

let sampleFor = '';
async function showSample(sourceId) {
  if (sampleFor === sourceId) return;
  sampleFor = sourceId;
  const answer = await api(`/api/v1/sources/${encodeURIComponent(sourceId)}`).catch(() => null);
  if (!answer || !answer.ok) { sampleFor = ''; return; }
  const key = (await answer.json()).write_key;
  $('sample').firstChild.textContent = `curl -u ${key}: ${location.origin}/v1/track -H 'Content-Type: application/json' \\\n`
    + `  -d '{"userId": "ada", "event": "Order Completed", "properties": {"order_id": "1001", "revenue": 42.5, "currency": "EUR"}}'`;
}

// -- filters, kept in the address ----------------------------------------------------------------------------------

const FILTERS = ['source', 'type', 'validity', 'user', 'name'];

function readFiltersFromAddress() {
  const query = new URLSearchParams(location.search);
  for (const f of FILTERS) {
    const value = query.get(f);
    if (value === null) continue;
    if (f === 'source') $('f-source').dataset.wanted = value;
    $(`f-${f}`).value = value;
  }
  $('f-reset').hidden = filterQuery().size === 0;
}

function filterQuery() {
  const query = new URLSearchParams();
  for (const f of FILTERS) {
    const field = $(`f-${f}`);
    const value = (field.dataset.wanted || field.value).trim();
    if (value && !(f === 'validity' && value === 'all')) query.set(f, value);
  }
  return query;
}

function filtersChanged() {
  const query = filterQuery();
  const text = query.toString();
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
  $('f-reset').hidden = !text;
  state.lastId = '';
  clearList();
  follow();
}

// -- the stream ----------------------------------------------------------------------------------------------------

async function follow() {
  if (state.abort) state.abort.abort();
  const abort = new AbortController();
  state.abort = abort;
  while (!abort.signal.aborted) {
    try {
      await readStream(abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      if (error.final) { showGate(error.message); return; }
    }
    if (abort.signal.aborted) return;
    showState('trouble', `connection lost: trying again`);
    await new Promise((done) => setTimeout(done, state.retryMs));
    state.retryMs = Math.min(state.retryMs * 2, 10000);
  }
}

async function readStream(signal) {
  const query = filterQuery();
  if (!state.lastId) query.set('recent', '50');
  const answer = await api(`/api/v1/events/live?${query}`, { signal, headers: state.lastId ? { 'Last-Event-ID': state.lastId } : {} });
  if (answer.status === 401 || answer.status === 403) {
    throw Object.assign(new Error('The token is no longer valid.'), { final: true });
  }
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  state.live = false;
  showState('', 'catching up');
  state.retryMs = 500;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) takeBlock(block);
    draw();
  }
}

function takeBlock(block) {
  const message = { event: 'message', data: [] };
  for (const line of block.split('\n')) {
    if (line.startsWith('id:')) state.lastId = line.slice(3).trim();
    else if (line.startsWith('event:')) message.event = line.slice(6).trim();
    else if (line.startsWith('data:')) message.data.push(line.slice(5).replace(/^ /, ''));
  }
  if (message.data.length === 0) return;
  const data = JSON.parse(message.data.join('\n'));
  if (message.event === 'caught_up') {
    state.live = true;
    state.seen = [];
    showState('live', 'live');
    return;
  }
  if (state.live) state.seen.push([Date.now(), message.event === 'skipped' ? data.count : 1]);
  if (message.event === 'skipped') {
    state.skipped += data.count;
    return;
  }
  const entry = message.event === 'rejected' ? rejectedEntry(data) : recordEntry(data);
  (state.paused ? state.waiting : state.events).unshift(entry);
  if (state.waiting.length > KEPT) state.waiting.length = KEPT;
}

let nextKey = 1;

function recordEntry(e) {
  const patron = e._patron || {};
  const quarantined = patron.class === 'quarantine';
  const flags = (patron.flags || []).filter((f) => f !== 'historical' && f !== 'no_sent_at' && f !== 'aliased_name');
  return {
    key: nextKey++, data: e, time: e.receivedAt || patron.received_at, source: patron.source || '', type: e.type || '–',
    name: e.event || e.name || (quarantined ? patron.reason : e.type) || '–', who: e.userId || e.anonymousId || '–',
    mark: quarantined ? ['bad', 'quarantined'] : flags.length ? ['warn', 'flagged'] : ['good', 'valid'],
    facts: [['Position', patron.position], ['Source', patron.source], ['Reason', patron.reason && `${patron.reason}${patron.detail ? `: ${patron.detail}` : ''}`],
      ['Flags', (patron.flags || []).join(', ')], ['Message id', e.messageId], ['Happened', e.timestamp], ['Received', e.receivedAt]],
  };
}

function rejectedEntry(r) {
  return {
    key: nextKey++, data: r, time: r.receivedAt, source: r.source || '', type: 'call', name: r.path, who: r.peer || 'socket',
    mark: r.status === 200 ? ['warn', 'discarded'] : ['bad', `rejected ${r.status}`],
    facts: [['Reason', r.reason], ['Status', r.status], ['From', r.peer], ['Source', r.source]],
  };
}

// -- the list ------------------------------------------------------------------------------------------------------

let drawDue = false;
function draw() {
  if (drawDue) return;
  drawDue = true;
  requestAnimationFrame(() => {
    drawDue = false;
    if (state.events.length > KEPT) state.events.length = KEPT;
    const list = $('rows');
    const known = new Map([...list.children].map((row) => [Number(row.dataset.key), row]));
    list.replaceChildren(...state.events.map((entry) => known.get(entry.key) || eventRow(entry)));
    $('empty').hidden = $('sample').hidden = state.events.length > 0;
    $('skipped').hidden = state.skipped === 0 && state.waiting.length === 0;
    $('skipped').textContent = [
      state.waiting.length ? `${count(state.waiting.length)} new while paused` : '',
      state.skipped ? `${count(state.skipped)} events not shown: more arrive than can be read. Filter to see the ones you look for.` : '',
    ].filter(Boolean).join(' · ');
    markSelected();
  });
}

function eventRow(entry) {
  const row = element('li', 'row');
  row.dataset.key = entry.key;
  row.id = `event-${entry.key}`;
  row.setAttribute('role', 'option');
  const mark = element('span', 'mark');
  mark.append(element('span', `badge ${entry.mark[0]}`, entry.mark[1]));
  row.append(element('span', 'time', clock(entry.time)), element('span', 'source quiet', entry.source), element('span', 'type quiet', entry.type),
    element('span', 'name', entry.name), element('span', 'who', entry.who), mark);
  row.addEventListener('click', () => { state.selected = entry.key; openSelected(); });
  return row;
}

function markSelected() {
  for (const row of $('rows').children) row.setAttribute('aria-selected', String(Number(row.dataset.key) === state.selected));
  const picked = state.selected !== null && $(`event-${state.selected}`);
  if (picked) $('rows').setAttribute('aria-activedescendant', picked.id);
  else $('rows').removeAttribute('aria-activedescendant');
}

function move(by) {
  const at = state.events.findIndex((e) => e.key === state.selected);
  const next = state.events[at < 0 ? 0 : Math.max(0, Math.min(state.events.length - 1, at + by))];
  if (!next) return;
  state.selected = next.key;
  markSelected();
  $(`event-${next.key}`)?.scrollIntoView({ block: 'nearest' });
  if (state.open) openSelected(false);
}

function openSelected(focus = true) {
  const entry = state.events.find((e) => e.key === state.selected);
  if (!entry) return;
  state.open = entry;
  $('detail').hidden = false;
  $('detail-title').textContent = entry.name;
  const facts = element('dl');
  facts.id = 'detail-facts';
  for (const [label, value] of entry.facts) {
    if (value !== undefined && value !== null && value !== '') facts.append(element('dt', '', label), element('dd', '', String(value)));
  }
  $('detail-facts').replaceWith(facts);
  $('detail-json').textContent = JSON.stringify(entry.data, null, 2);
  $('detail-json').scrollTop = 0;
  markSelected();
  if (focus) $('close').focus();
}

function closeDetail() {
  if (!state.open) return;
  state.open = null;
  $('detail').hidden = true;
  $('rows').focus();
}

function clearList() {
  state.events = [];
  state.waiting = [];
  state.skipped = 0;
  state.selected = null;
  closeDetail();
  draw();
}

function togglePause() {
  state.paused = !state.paused;
  $('pause').setAttribute('aria-pressed', String(state.paused));
  $('pause').firstChild.textContent = state.paused ? 'Go on ' : 'Pause ';
  if (!state.paused) { state.events.unshift(...state.waiting); state.waiting = []; }
  draw();
}

async function copyOpen() {
  if (!state.open) return;
  await navigator.clipboard.writeText(JSON.stringify(state.open.data, null, 2));
  $('copy').firstChild.textContent = 'Copied ';
  setTimeout(() => { $('copy').firstChild.textContent = 'Copy '; }, 1500);
}

function showRate() {
  const since = Date.now() - 10000;
  state.seen = state.seen.filter(([at]) => at >= since);
  const sum = state.seen.reduce((n, [, c]) => n + c, 0);
  $('rate').textContent = `${(sum / 10).toFixed(1)} events/s, mean of the last 10 s`;
}

// -- keys and start ------------------------------------------------------------------------------------------------

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), Enter: () => openSelected(), Escape: closeDetail,
  '/': () => $('f-name').focus(), p: togglePause, c: clearList, y: copyOpen, '?': () => $('keys').showModal(),
};

$('zone').textContent = `Times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;

document.addEventListener('keydown', (event) => {
  if ($('work').hidden || event.ctrlKey || event.metaKey || event.altKey || $('keys').open) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing && event.key === 'Escape') { event.target.blur(); $('rows').focus(); return; }
  if (typing || (event.target.tagName === 'BUTTON' && event.key === 'Enter')) return;
  const action = KEYS[event.key];
  if (action) { event.preventDefault(); action(); }
});

$('gate-form').addEventListener('submit', (event) => { event.preventDefault(); enter($('token').value.trim()); });
$('filters').addEventListener('submit', (event) => event.preventDefault());
for (const f of ['source', 'type', 'validity']) $(`f-${f}`).addEventListener('change', filtersChanged);
let typingTimer;
for (const f of ['user', 'name']) {
  $(`f-${f}`).addEventListener('input', () => { clearTimeout(typingTimer); typingTimer = setTimeout(filtersChanged, 250); });
}
$('f-reset').addEventListener('click', () => {
  for (const f of FILTERS) $(`f-${f}`).value = f === 'validity' ? 'all' : '';
  filtersChanged();
});
$('pause').addEventListener('click', togglePause);
$('clear').addEventListener('click', clearList);
$('help').addEventListener('click', () => $('keys').showModal());
$('close').addEventListener('click', closeDetail);
$('copy').addEventListener('click', copyOpen);

const token = tokenFromAddress() || sessionStorage.getItem(TOKEN);
if (token) enter(token);
else $('token').focus();
