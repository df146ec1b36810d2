// What a model would be told, with the work as it stands, saved or not.

import { Fragment, h, names, number, useEffect, useRef, useState } from './dom.js';
import { actor, call, ifThere, personaPath } from './api.js';
import { mergePatch } from './merge.js';

/** Renders again when the work has rested for a moment; never two requests at a time. */
function useRendered(session, line, revision) {
  const [state, setState] = useState({ loading: true, rendered: null, missing: false, error: null });
  const run = useRef({ busy: false, again: false, closed: false });
  const go = async () => {
    const current = run.current;
    if (current.busy) {
      current.again = true;
      return;
    }
    current.busy = true;
    try {
      const draft = {};
      for (const field of session.dirty) {
        draft[field] = mergePatch(session.base[field], session.mine[field]);
      }
      const answer = await ifThere('render', () => call('POST', `${personaPath(session.id)}/render`, {
        body: { messages: line.trim() ? [{ role: 'user', content: line }] : [], user: actor() || 'User', format: 'openai', seed: 1, draft },
        retry: false,
      }));
      if (!current.closed) {
        setState({ loading: false, rendered: answer?.body || null, missing: answer === null, error: null });
      }
    } catch (error) {
      if (!current.closed) {
        setState((old) => ({ ...old, loading: false, error }));
      }
    } finally {
      current.busy = false;
      if (current.again && !current.closed) {
        current.again = false;
        go();
      }
    }
  };
  useEffect(() => {
    if (!session.base) {
      return undefined;
    }
    const timer = setTimeout(go, 250);
    return () => clearTimeout(timer);
  }, [revision, line, session.base?.version]);
  useEffect(() => () => {
    run.current.closed = true;
  }, []);
  return state;
}

const PARTS = { system: 'Instructions', user: 'User', assistant: 'Persona' };

export function Preview({ session, revision }) {
  const [line, setLine] = useState('');
  const { loading, rendered, missing, error } = useRendered(session, line, revision);
  const parts = rendered?.parts?.filter((part) => part.text) || [];
  const total = rendered?.tokens ?? parts.reduce((sum, part) => sum + (part.tokens || 0), 0);
  if (missing) {
    return h('div', { class: 'preview-empty' }, h('h2', null, 'Preview'), h('p', { class: 'hint' }, 'This server cannot render prompts, so there is no preview. Everything else works.'));
  }
  return h('div', { class: names('preview-body', loading && 'loading') },
    h('div', { class: 'preview-head' },
      h('h2', null, 'What the model reads'),
      rendered && h('span', { class: 'tokens', title: 'An estimate; each model counts in its own way' }, `${number(total)} tokens`)),
    h('label', { class: 'field' }, h('span', { class: 'visually-hidden' }, 'Say something to the persona, to see what it calls up'),
      h('input', { type: 'text', value: line, placeholder: 'Say something, to see what it calls up', maxlength: 4000, onInput: (event) => setLine(event.target.value) })),
    error && h('p', { class: 'error-text', role: 'status' }, error.message),
    rendered?.warnings?.length > 0 && h('ul', { class: 'warnings' }, rendered.warnings.map((warning, i) => h('li', { key: i }, typeof warning === 'string' ? warning : warning.detail || JSON.stringify(warning)))),
    parts.length > 0 && h(Fragment, null,
      h('div', { class: 'share', 'aria-hidden': 'true' }, parts.map((part, i) => h('span', { key: i, class: `share-${part.role}`, title: `${part.name}: ${part.tokens}`, style: { flexGrow: Math.max(part.tokens || 0, 1) } }))),
      h('ol', { class: 'parts' }, parts.map((part, i) => h('li', { key: i, class: `part part-${part.role}` },
        h('div', { class: 'part-head' }, h('span', { class: 'part-name' }, String(part.name).replaceAll('_', ' ')), h('span', { class: 'part-role' }, PARTS[part.role] || part.role), h('span', { class: 'part-tokens' }, number(part.tokens ?? 0))),
        h('p', { class: 'part-text' }, part.text))))),
    rendered && !parts.length && h('p', { class: 'hint' }, 'Nothing yet. Begin with who they are; the prompt is put together here as you write.'));
}
