// What the program asks of the page: Module.host, called from src/platform/web.
import { chosenFiles } from './import.mjs';
import { setLanguage } from './strings.mjs';
import { showEnd } from './status.mjs';

const prefix = 'headlight.';

export function load(key) {
  try {
    return localStorage.getItem(prefix + key) ?? '';
  } catch {
    return '';  // storage is forbidden in some frames and private windows
  }
}

function store(key, text) {
  try {
    localStorage.setItem(prefix + key, text);
  } catch { /* full or forbidden: the program works without */ }
}

function save(name, type, bytes) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // no permission, or a page without https: the old way
    const field = document.createElement('textarea');
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}

export function applyTheme(name) {
  if (name === 'dark' || name === 'light') document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
}

// The link in the address bar follows the program, at most four times a second: browsers refuse more.
function linkWriter() {
  let wanted, timer;
  const write = () => {
    timer = undefined;
    if (wanted !== location.hash.slice(1)) history.replaceState(null, '', wanted ? `#${wanted}` : location.pathname + location.search);
  };
  const set = (link) => {
    wanted = link;
    timer ??= setTimeout(write, 250);
  };
  addEventListener('pagehide', () => wanted !== undefined && write());
  set.flush = () => wanted !== undefined && write();
  return set;
}

// openFiles([{path, file}]) hands chosen files to the program; modelRequest is import.mjs; events is an EventTarget that hears 'change' and 'frame'.
export function createHost({ openFiles, events, focusPrompt, blurPrompt, fetchModel, stopFetch, modelRequest, memoryLimit }) {
  const setLink = linkWriter();
  const chooser = Object.assign(document.createElement('input'), { type: 'file', multiple: true });
  chooser.addEventListener('change', () => {
    openFiles(chosenFiles(chooser.files));
    chooser.value = '';
  });
  let announced;
  const changed = () => {  // while something moves, 25 times a second is enough for text
    announced ??= setTimeout(() => {
      announced = undefined;
      events.dispatchEvent(new Event('change'));
    }, 40);
  };
  return {
    changed,
    frame: () => events.dispatchEvent(new Event('frame')),
    setLink, copy, save, load, store, focusPrompt, blurPrompt, fetchModel, stopFetch, modelRequest, memoryLimit,
    openUrl: (address) => /^https?:/.test(address) && window.open(address, '_blank', 'noopener'),
    pick: () => chooser.click(),
    theme: applyTheme,
    language: setLanguage,
    fatal: (kind, message) => {
      setLink.flush();
      showEnd(kind, message);
    },
  };
}
