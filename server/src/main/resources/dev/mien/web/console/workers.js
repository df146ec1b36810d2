// The promise, made visible: who serves, what is being changed, and a small proof.

import { ago, exactly, h, Icon, names, number, plural, useEffect, useRef, useState } from './dom.js';
import { get, ifThere } from './api.js';
import { onChange } from './feed.js';
import { listNames } from './differences.js';
import { verify } from './verification.js';
import { say } from './parts.js';

const EVERY = 2000;
const KEPT = 40;

function lasted(since) {
  const words = ago(since).replace(' ago', '');
  return words === 'just now' ? 'less than a minute' : words;
}

function useWorkers() {
  const [state, setState] = useState({ items: [], missing: false, rates: new Map() });
  useEffect(() => {
    let timer = null;
    let here = true;
    const before = new Map();
    const look = async () => {
      try {
        const answer = await ifThere('workers', () => get('/api/v1/workers'));
        if (here && answer) {
          const rates = new Map();
          for (const worker of answer.body.items) {
            const old = before.get(worker.pid);
            const seconds = old ? (Date.parse(worker.seen_at) - Date.parse(old.seen_at)) / 1000 : 0;
            if (seconds > 0) {
              rates.set(worker.worker, Math.max(0, Math.round((worker.requests - old.requests) / seconds)));
            }
            before.set(worker.pid, worker);
          }
          setState((old) => ({ items: answer.body.items, missing: false, rates: new Map([...old.rates, ...rates]), error: null, answeredBy: answer.body.answered_by }));
        } else if (here) {
          setState((old) => ({ ...old, missing: true }));
          return;
        }
      } catch (error) {
        if (here) {
          setState((old) => ({ ...old, error }));
        }
      }
      if (here) {
        timer = setTimeout(look, EVERY);
      }
    };
    look();
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, []);
  return state;
}

export function Workers() {
  const state = useWorkers();
  const [changes, setChanges] = useState([]);
  const [called, setNames] = useState(new Map());
  const [run, setRun] = useState(null);
  const asked = useRef(new Set());

  useEffect(() => {
    document.title = 'Workers · Mien';
    // Changes of a busy server come faster than anybody reads: they are shown a few times a second, the newest of them.
    let waiting = [];
    let timer = null;
    const flush = () => {
      timer = null;
      const fresh = waiting;
      waiting = [];
      setChanges((old) => [...fresh.reverse(), ...old].slice(0, KEPT));
      const unknown = [...new Set(fresh.filter((change) => change.kind !== 'label' && change.operation !== 'delete').map((change) => `${change.kind}s/${change.id}`))].filter((key) => !asked.current.has(key)).slice(0, 8);
      unknown.forEach((key) => {
        asked.current.add(key);
        get(`/api/v1/${key}`).then(({ body }) => setNames((old) => new Map(old).set(body.id, body.name || body.display_name || body.username))).catch(() => {});
      });
    };
    const stop = onChange((change) => {
      if (change.kind !== 'reload') {
        waiting = [...waiting, change].slice(-KEPT);
        timer ??= setTimeout(flush, 200);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);

  const start = async () => {
    setRun({ busy: true, reads: 0, writes: 0 });
    try {
      const result = await verify((sofar) => setRun({ busy: true, reads: sofar.reads, writes: sofar.writes }));
      setRun({ ...result, busy: false, done: true });
    } catch (error) {
      setRun({ busy: false, error });
      say(error.message, { tone: 'bad' });
    }
  };
  const newest = Math.max(0, ...state.items.map((worker) => worker.revision));
  const what = (change) => (change.kind === 'label' ? `Label ${change.id.split('~')[1]}` : called.get(change.id) || (change.kind === 'user' ? 'A user' : 'A persona'));
  const stale = (worker) => Date.now() - Date.parse(worker.seen_at) > 6000;

  return h('div', { class: 'workers' },
    h('header', { class: 'page-head' }, h('h1', null, 'Workers'), h('p', { class: 'hint' }, 'The processes that serve, and what they are told. As soon as an edit is acknowledged, every one of them shows it.')),
    h('section', { class: 'worker-grid', 'aria-label': 'Workers' },
      state.missing && h('p', { class: 'hint' }, 'This server does not tell about its workers.'),
      state.items.map((worker) => h('article', { class: names('worker', stale(worker) && 'silent'), key: worker.pid },
        h('h2', null, `Worker ${worker.worker}`),
        h('dl', null,
          h('div', null, h('dt', null, 'Revision'), h('dd', { class: 'big' }, number(worker.revision))),
          h('div', null, h('dt', null, 'Requests'), h('dd', null, number(worker.requests))),
          h('div', null, h('dt', null, 'Per second'), h('dd', null, state.rates.has(worker.worker) ? number(state.rates.get(worker.worker)) : '–')),
          h('div', null, h('dt', null, 'Process'), h('dd', null, String(worker.pid)))),
        h('p', { class: 'hint' }, stale(worker) ? h('strong', null, `Silent since ${new Date(worker.seen_at).toLocaleTimeString()}`) : `Running for ${lasted(worker.started_at)}`)))),
    state.items.length > 0 && h('p', { class: 'hint board-note' }, `Each worker writes this down once a second; the newest revision any has seen is ${number(newest)}. A worker that rests may show an older number: it looks when it is asked.`),
    h('div', { class: 'worker-panes' },
      h('section', { class: 'sheet proof', 'aria-labelledby': 'proof' },
        h('h2', { id: 'proof' }, 'See for yourself'),
        h('p', null, 'Writers and readers, from this browser, on three personas made for it and erased afterwards. Each read is compared with the last write that had been acknowledged before it began.'),
        h('div', { class: 'row' }, h('button', { type: 'button', class: 'button primary', disabled: run?.busy, onClick: start }, run?.busy ? 'Trying …' : run?.done ? 'Try again' : 'Try to read something old')),
        h('div', { role: 'status', class: 'verdict-space' },
          run?.busy && h('p', { class: 'hint' }, `${plural(run.writes, 'write')}, ${plural(run.reads, 'read')} so far …`),
          run?.error && h('p', { class: 'error-text' }, `It could not be finished: ${run.error.message}`),
          run?.done && h('div', { class: names('verdict', run.ok ? 'good' : 'bad') },
            h('p', { class: 'verdict-line' }, h(Icon, { name: run.ok ? 'check' : 'alert' }), h('strong', null, run.ok ? 'Nothing old was read, and nothing was lost' : run.stale || run.invented ? 'A read was not true' : run.lost ? 'A write was lost' : 'Nothing could be shown')),
            h('dl', { class: 'figures' },
              [['Writes acknowledged', run.writes], ['Reads compared', run.reads], ['Stale reads', run.stale], ['Lost writes', run.lost], ['No answer', run.unknown], ['Workers seen', [...run.workers.keys()].sort((a, b) => a - b).join(', ')], ['Took', `${(run.duration / 1000).toFixed(1)} s`]].map(([term, value]) => h('div', { key: term }, h('dt', null, term), h('dd', null, typeof value === 'number' ? number(value) : value)))),
            run.examples.length > 0 && h('ul', { class: 'examples' }, run.examples.map((text, i) => h('li', { key: i }, text))))),
        h('p', { class: 'hint' }, 'A browser has a handful of connections, so this is a small test. The large one, with killed and stopped workers, is ', h('code', null, './mien verify'), '.')),
      h('section', { class: 'sheet feed', 'aria-labelledby': 'feed' },
        h('h2', { id: 'feed' }, 'What is being changed'),
        changes.length === 0
          ? h('p', { class: 'hint' }, 'Quiet. What anybody changes appears here as it happens.')
          : h('ol', { class: 'changes', tabIndex: 0, 'aria-label': 'Changes, newest first' }, changes.map((change) => h('li', { key: change.token },
            h('span', { class: 'revision' }, number(change.revision)),
            h('span', { class: 'what' },
              change.operation === 'delete' ? what(change) : h('a', { href: change.kind === 'user' ? `#/users/${encodeURIComponent(change.id)}` : `#/personas/${encodeURIComponent(change.id.split('~')[0])}` }, what(change)),
              change.operation === 'create' ? ' was created' : change.operation === 'delete' ? ' was erased' : change.fields?.length ? `: ${listNames(change.fields)}` : ' was moved',
              change.actor && ` by ${change.actor}`),
            h('time', { dateTime: change.at, title: exactly(change.at) }, ago(change.at))))))));
}

