// A small proof of the promise, from here: once an edit is acknowledged, nobody reads the old document.
//
// Writers change personas made for this, each write a higher number than the last; readers read them over whatever
// connections the browser has, and so from whichever workers answer. Before a read is sent, the newest number that was
// acknowledged is noted. An answer with a lower one is a stale read. At the end every number that was acknowledged must
// still be there.

import { call, get, personaPath, PERSONAS, Problem } from './api.js';

const SCRATCH = 3;
const READERS = 3;
const WRITES = 120;

/**
 * Runs it. `tell` is called now and then with what is known so far.
 *
 * @returns `{ reads, writes, stale, lost, invented, unknown, workers, duration, ok, examples }`
 */
export async function verify(tell, { writes = WRITES, signal } = {}) {
  const began = performance.now();
  const result = { reads: 0, writes: 0, stale: 0, lost: 0, invented: 0, unknown: 0, workers: new Map(), examples: [], duration: 0, ok: false };
  const seen = (worker) => result.workers.set(worker, (result.workers.get(worker) || 0) + 1);
  const example = (text) => result.examples.length < 5 && result.examples.push(text);
  const scratch = [];
  let over = false;

  try {
    for (let i = 0; i < SCRATCH; i++) {
      const { body, worker } = await call('POST', PERSONAS, { body: { name: `Verification ${i + 1}`, is_active: false, attributes: { a: 0, b: 0 } }, message: 'A verification from the console; erased behind it' });
      seen(worker);
      // Of each member: the highest number acknowledged, and the highest sent.
      scratch.push({ id: body.id, acknowledged: { a: 0, b: 0 }, sent: { a: 0, b: 0 } });
    }

    // Two writers to each persona, of different members: an edit that undoes the other's is found too.
    const writer = async (persona, member, count) => {
      for (let n = 1; n <= count && !signal?.aborted; n++) {
        persona.sent[member] = n;
        try {
          const { worker } = await call('PATCH', personaPath(persona.id), { body: { attributes: { [member]: n } } });
          persona.acknowledged[member] = n;
          seen(worker);
          result.writes++;
        } catch (error) {
          if (!(error instanceof Problem)) {
            throw error;
          }
          result.unknown++;
        }
      }
    };
    const reader = async (first) => {
      for (let i = first; !over && !signal?.aborted; i++) {
        const persona = scratch[i % scratch.length];
        const before = { ...persona.acknowledged };
        try {
          const { body, worker } = await get(personaPath(persona.id));
          seen(worker);
          result.reads++;
          for (const member of ['a', 'b']) {
            const value = body.attributes[member];
            if (!(value >= before[member])) {
              result.stale++;
              example(`Worker ${worker} answered ${member} = ${value} of ${persona.id}, but ${before[member]} had been acknowledged before the read began.`);
            } else if (value > persona.sent[member]) {
              result.invented++;
              example(`Worker ${worker} answered ${member} = ${value} of ${persona.id}, which nobody wrote.`);
            }
          }
        } catch (error) {
          if (!(error instanceof Problem)) {
            throw error;
          }
          result.unknown++;
        }
        if (result.reads % 20 === 0) {
          tell(result);
        }
      }
    };
    const readers = Array.from({ length: READERS }, (_, i) => reader(i));
    const share = Math.ceil(writes / (SCRATCH * 2));
    await Promise.all(scratch.flatMap((persona) => [writer(persona, 'a', share), writer(persona, 'b', share)]));
    over = true;
    await Promise.all(readers);

    for (const persona of scratch) {
      const { body, worker } = await get(personaPath(persona.id));
      seen(worker);
      for (const member of ['a', 'b']) {
        if (!(body.attributes[member] >= persona.acknowledged[member])) {
          result.lost++;
          example(`${member} = ${persona.acknowledged[member]} of ${persona.id} was acknowledged; at the end it is ${body.attributes[member]}.`);
        }
      }
    }
  } finally {
    over = true;
    await Promise.all(scratch.map(({ id }) => call('DELETE', `${personaPath(id)}?purge=true`).catch(() => {})));
  }
  result.duration = performance.now() - began;
  result.ok = result.stale === 0 && result.lost === 0 && result.invented === 0 && result.reads > 0 && result.writes > 0;
  return result;
}
