// Differences between texts, word by word, for people to read.

const WORDS = /\p{L}[\p{L}\p{M}\p{N}’']*|\p{N}+|\s+|[^\s\p{L}\p{N}]/gu;
/** Beyond so many steps a text counts as rewritten: what is the same at its beginning and end, and the rest. */
const STEPS = 800;

export function words(text) {
  return text.match(WORDS) || [];
}

/**
 * What has to be done to make `after` of `before`: a list of `{ kind, text }`, where `kind` is `same`, `removed` or
 * `added`. The texts of all that are not `removed` make `after`; of all that are not `added`, `before`.
 */
export function difference(before, after) {
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  const middle = shortest(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return tidy([
    { kind: 'same', text: a.slice(0, head).join('') },
    ...middle,
    { kind: 'same', text: a.slice(a.length - tail).join('') },
  ]);
}

/** Myers' algorithm: the fewest words removed and added. */
function shortest(a, b) {
  const whole = [{ kind: 'removed', text: a.join('') }, { kind: 'added', text: b.join('') }];
  if (!a.length || !b.length) {
    return whole;
  }
  const most = Math.min(a.length + b.length, STEPS);
  let reach = new Map([[1, 0]]);
  const trace = [];
  for (let d = 0; d <= most; d++) {
    const next = new Map(reach);
    for (let k = -d; k <= d; k += 2) {
      const left = reach.get(k - 1) ?? -1;
      const right = reach.get(k + 1) ?? -1;
      let x = k === -d || (k !== d && left < right) ? right : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) {
        x++;
      }
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) {
        trace.push(reach);
        return back(trace, a, b);
      }
    }
    trace.push(reach);
    // What is out of the reach of the next round is not needed to walk back.
    reach = new Map([...next].filter(([k]) => Math.abs(k) <= d + 1));
  }
  return whole;
}

function back(trace, a, b) {
  const steps = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d];
    const k = x - y;
    const left = reach.get(k - 1) ?? -1;
    const right = reach.get(k + 1) ?? -1;
    const down = k === -d || (k !== d && left < right);
    const fromX = d === 0 ? 0 : down ? right : left;
    const fromY = d === 0 ? 0 : fromX - (down ? k + 1 : k - 1);
    while (x > fromX && y > fromY && (d === 0 || x > (down ? fromX : fromX + 1) || y > (down ? fromY + 1 : fromY))) {
      x--;
      y--;
      steps.push({ kind: 'same', text: a[x] });
    }
    if (d > 0) {
      if (down) {
        y--;
        steps.push({ kind: 'added', text: b[y] });
      } else {
        x--;
        steps.push({ kind: 'removed', text: a[x] });
      }
    }
  }
  return steps.reverse();
}

/** Joins neighbours, and takes a single space between two changes into them: whole phrases read better than crumbs. */
function tidy(steps) {
  const runs = [];
  let removed = '';
  let added = '';
  const flush = () => {
    if (removed) {
      runs.push({ kind: 'removed', text: removed });
    }
    if (added) {
      runs.push({ kind: 'added', text: added });
    }
    removed = '';
    added = '';
  };
  for (let i = 0; i < steps.length; i++) {
    const { kind, text } = steps[i];
    if (!text) {
      continue;
    }
    if (kind === 'removed') {
      removed += text;
    } else if (kind === 'added') {
      added += text;
    } else {
      const next = steps[i + 1];
      if (/^[^\S\n]+$/.test(text) && removed && added && next && next.kind !== 'same') {
        removed += text;
        added += text;
        continue;
      }
      flush();
      const last = runs.at(-1);
      if (last?.kind === 'same') {
        last.text += text;
      } else {
        runs.push({ kind: 'same', text });
      }
    }
  }
  flush();
  return runs;
}

/** How a value of any member reads as text. */
export function asText(value) {
  if (value === null || value === undefined) {
    return '';
  }
  if (typeof value === 'string') {
    return value;
  }
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
    return value.join(value.some((one) => one.includes('\n') || one.length > 40) ? '\n\n' : ', ');
  }
  if (typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value).map(([key, one]) => `${key}: ${typeof one === 'string' ? one : JSON.stringify(one)}`).join('\n');
  }
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

/** Shortens what is the same, but for some words around each change. */
export function shorten(runs, around = 160) {
  return runs.map((run, i) => {
    if (run.kind !== 'same' || run.text.length <= around * 2 + 20) {
      return run;
    }
    const begin = i === 0 ? '' : run.text.slice(0, around);
    const end = i === runs.length - 1 ? '' : run.text.slice(-around);
    return { kind: 'same', text: `${begin} … ${end}` };
  });
}
