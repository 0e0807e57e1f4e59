// The card that is seen until the first picture stands, and again when something has failed for good.
import { say } from './strings.mjs';

const at = (id) => document.getElementById(id);

// Progress of `stage` ('program' or 'model'), in bytes; the two share one bar.
export function showProgress(stage, done, all) {
  const share = all > 0 ? Math.min(1, done / all) : 0;
  const percent = Math.round(stage === 'program' ? 30 * share : 30 + 70 * share);
  at('progress').firstElementChild.style.width = `${percent}%`;
  at('progress').setAttribute('aria-valuenow', percent);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const amount = all > 0 ? ' · ' + say('bytes', { done: megabytes(done), all: megabytes(all) }) : '';
  at('doing').textContent = say(stage) + amount;
}

export function showStarting() {
  at('progress').firstElementChild.style.width = '100%';
  at('doing').textContent = say('starting');
}

export function showWords() { at('what').textContent = say('what'); }

export function hideStatus() {
  const status = at('status');
  status.classList.add('done');
  setTimeout(() => { if (status.classList.contains('done')) status.hidden = true; }, 250);
}

function showFailure(message, detail, button) {
  const status = at('status');
  status.hidden = false;
  status.classList.remove('done');
  at('progress').hidden = at('doing').hidden = true;
  at('problem').hidden = false;
  at('problem').textContent = message;
  at('actions').hidden = !button;
  at('retry').textContent = button ?? '';
  at('details').hidden = !detail;
  at('details').querySelector('summary').textContent = say('details');
  at('details').querySelector('pre').textContent = detail ?? '';
}

// Shows what failed and resolves when the reader wants another try.
export function askForRetry(message, detail) {
  showFailure(message, detail, say('retry'));
  return new Promise((resolve) => {
    const again = () => {
      removeEventListener('online', again);
      at('retry').onclick = null;
      at('progress').hidden = at('doing').hidden = false;
      at('problem').hidden = at('actions').hidden = at('details').hidden = true;
      resolve();
    };
    at('retry').onclick = again;
    addEventListener('online', again);
  });
}

let ended = false;

// The program cannot go on: 'webgl', 'simd', 'memory', 'context', 'check' or 'start'. The first failure stays.
export function showEnd(kind, detail = '') {
  if (ended) return;
  ended = true;
  document.documentElement.dataset.end = kind;
  at('status').classList.add('over');
  at('prompt').hidden = true;
  showFailure(say(kind, { detail }), kind === 'start' ? '' : detail, kind === 'simd' ? null : say('reload'));
  at('retry').onclick = () => location.reload();
}

export const hasEnded = () => ended;
