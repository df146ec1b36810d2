// Character cards from elsewhere: first what would become of each, then the import.

import { h, Icon, names, plural, useEffect, useRef, useState } from './dom.js';
import { call, ifThere, PERSONAS } from './api.js';
import { Empty, Failure, say } from './parts.js';

/** So many bytes of cards go into one request. */
const TOGETHER = 24 * 1024 * 1024;
const FILES_TOGETHER = 50;

function parcels(files) {
  const all = [];
  let now = [];
  let size = 0;
  for (const file of files) {
    if (now.length && (size + file.size > TOGETHER || now.length === FILES_TOGETHER)) {
      all.push(now);
      now = [];
      size = 0;
    }
    now.push(file);
    size += file.size;
  }
  return now.length ? [...all, now] : all;
}

/** Sends the files, a parcel at a time; gives a result for each, or null where the server cannot import. */
async function send(files, dryRun, tell) {
  const results = [];
  for (const parcel of parcels(files)) {
    const form = new FormData();
    parcel.forEach((file) => form.append('file', file, file.name));
    const answer = await ifThere('cards', () => call('POST', `${PERSONAS}/import${dryRun ? '?dry_run=true' : ''}`, { raw: form, retry: false }));
    if (answer === null) {
      return null;
    }
    results.push(...answer.body.results.map((result, i) => ({ ...result, source: parcel[i] })));
    tell(results);
  }
  return results;
}

const STATES = {
  valid: ['Can be imported', 'good'],
  created: ['Imported', 'good'],
  duplicate: ['Here already', 'calm'],
  refused: ['Refused', 'bad'],
};

const words = (warning) => (typeof warning === 'string' ? warning : warning?.detail || warning?.message || JSON.stringify(warning));

function count(value) {
  if (Array.isArray(value)) {
    return value.length;
  }
  return typeof value === 'number' ? value : 0;
}

function Result({ result }) {
  const [text, tone] = STATES[result.status] || [result.status, 'calm'];
  const kept = Array.isArray(result.kept) ? result.kept.map(words) : [];
  const format = [result.container && String(result.container).toUpperCase(), result.spec && `version ${String(result.spec).replace(/^.*?v?(\d)/i, '$1')}`].filter(Boolean).join(', ');
  return h('li', { class: names('result', tone) },
    h('span', { class: 'result-mark', 'aria-hidden': 'true' }, h(Icon, { name: tone === 'bad' ? 'alert' : 'check' })),
    h('div', { class: 'result-body' },
      h('p', { class: 'result-head' },
        h('strong', null, result.id && result.status !== 'refused' ? h('a', { href: `#/personas/${encodeURIComponent(result.id)}` }, result.name || result.file) : result.name || result.file),
        h('span', { class: 'result-state' }, text)),
      h('p', { class: 'hint' }, [result.name && result.file !== result.name ? result.file : '', format, count(result.assets) ? plural(count(result.assets), 'picture or file', 'pictures and files') : ''].filter(Boolean).join(' · ')),
      result.problem && h('p', { class: 'error-text' }, typeof result.problem === 'string' ? result.problem : result.problem.detail || result.problem.title),
      (result.warnings?.length > 0 || kept.length > 0) && h('details', null,
        h('summary', null, [result.warnings?.length > 0 && plural(result.warnings.length, 'remark'), kept.length > 0 && `${kept.length} kept unread`].filter(Boolean).join(', ')),
        h('ul', null, (result.warnings || []).map((warning, i) => h('li', { key: `w${i}` }, words(warning))), kept.length > 0 && h('li', null, 'Kept as it came, although nothing here reads it: ', kept.join(', '))))));
}

export function Importer({ files: given, onFiles }) {
  const [files, setFiles] = useState(given);
  const [state, setState] = useState({ step: given.length ? 'looking' : 'choose', results: [], error: null });
  const input = useRef(null);

  const look = async (chosen) => {
    setFiles(chosen);
    setState({ step: 'looking', results: [], error: null });
    try {
      const results = await send(chosen, true, (sofar) => setState({ step: 'looking', results: [...sofar], error: null }));
      setState(results === null ? { step: 'missing', results: [] } : { step: 'looked', results, error: null });
    } catch (error) {
      setState({ step: 'failed', results: [], error });
    }
  };
  useEffect(() => {
    document.title = 'Import · Mien';
    if (given.length) {
      look(given);
    }
  }, [given]);

  const wanted = state.results.filter((result) => result.status === 'valid');
  const run = async () => {
    const rest = state.results.filter((result) => result.status !== 'valid');
    setState((old) => ({ ...old, step: 'importing' }));
    try {
      const results = await send(wanted.map((result) => result.source), false, () => {});
      const made = results.filter((result) => result.status === 'created').length;
      setState({ step: 'done', results: [...results, ...rest], error: null, made });
      say(`${plural(made, 'persona')} imported.`);
    } catch (error) {
      setState((old) => ({ ...old, step: 'failed', error }));
    }
  };
  const choose = h('input', { ref: input, type: 'file', multiple: true, hidden: true, 'aria-label': 'Character cards', accept: '.json,.png,.apng,.charx,.webp,.jpg,.jpeg', onChange: (event) => {
    const chosen = [...event.target.files];
    event.target.value = '';
    if (chosen.length) {
      onFiles(chosen);
    }
  } });
  const refused = state.results.filter((result) => result.status === 'refused').length;
  const duplicates = state.results.filter((result) => result.status === 'duplicate').length;

  return h('div', { class: 'narrow' },
    h('header', { class: 'page-head' }, h('a', { class: 'back', href: '#/' }, h(Icon, { name: 'back' }), 'Personas'), h('h1', null, 'Import'), h('p', { class: 'hint' }, 'Character cards as JSON, PNG, APNG or CHARX; WEBP and JPEG where a card is in them. Nobody who is here is ever overwritten.')),
    choose,
    state.step === 'choose' && h(Empty, { title: 'Drop cards here', icon: 'upload', target: true },
      h('p', null, 'Or anywhere in this console. First you see what would become of each card; nothing is imported before you say so.'),
      h('button', { type: 'button', class: 'button primary', onClick: () => input.current.click() }, 'Choose files')),
    state.step === 'missing' && h(Empty, { title: 'This server cannot import cards', icon: 'upload' }, h('p', null, 'It has no address for that. Everything else works.')),
    state.step === 'failed' && h(Failure, { error: state.error, onRetry: () => look(files) }),
    ['looking', 'looked', 'importing', 'done'].includes(state.step) && h('section', { class: 'sheet', 'aria-label': 'Report', 'aria-busy': state.step === 'looking' || state.step === 'importing' ? 'true' : undefined },
      h('div', { class: 'row apart' },
        h('p', { role: 'status' }, state.step === 'looking' ? `Looking into ${plural(files.length, 'file')}: ${state.results.length} done …`
          : state.step === 'importing' ? `Importing ${plural(wanted.length, 'card')} …`
            : state.step === 'done' ? `${plural(state.made, 'persona')} imported.`
              : [wanted.length ? `${plural(wanted.length, 'card')} can be imported` : 'Nothing to import', duplicates ? `${duplicates} here already` : '', refused ? `${refused} refused` : ''].filter(Boolean).join(', ') + '. Nothing was changed yet.'),
        h('div', { class: 'row' },
          state.step !== 'looking' && state.step !== 'importing' && h('button', { type: 'button', class: 'button', onClick: () => input.current.click() }, 'Other files'),
          state.step === 'looked' && wanted.length > 0 && h('button', { type: 'button', class: 'button primary', onClick: run }, `Import ${plural(wanted.length, 'card')}`),
          state.step === 'done' && h('a', { class: 'button primary', href: '#/' }, 'To the gallery'))),
      h('ul', { class: 'results' }, state.results.map((result, i) => h(Result, { key: `${i}${result.file}`, result })))));
}

