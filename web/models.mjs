// Models that are loaded only when the program asks for them: the one of the first picture, which boot.mjs waits for,
// and later ones, whose progress and failures the program shows itself.
import { fetchAll, modelFiles } from './loader.mjs';
import { say } from './strings.mjs';

// What a link shows first: the tutorial needs no model at all, and one of the reader's own does not come from here.
export function firstModel(link) {
  const rung = link.get('rung');
  if (rung === 'tutorial' || rung === 'own') return null;
  return rung === 'translate' ? 'en-tr' : 'story';
}

export class Models {
  #program;
  #running = new Map();  // name -> AbortController

  // The first model is on its way already.
  constructor(first) { if (first) this.#running.set(first, null); }

  set program(program) { this.#program = program; }

  // The files of a model, ready for the program.
  deliver(name, parts) {
    for (const [path, bytes] of parts) this.#program.file(path, bytes);
    this.#running.delete(name);
    this.#program.command({ do: 'load_model', name });
  }

  // False when the site has no such model.
  fetch(name) {
    const names = modelFiles(name);
    if (names.length === 0) return false;
    if (!this.#running.has(name)) this.#load(name, names);
    return true;
  }

  stop(name) {
    this.#running.get(name)?.abort();
    this.#running.delete(name);
  }

  async #load(name, names) {
    const controller = new AbortController();
    this.#running.set(name, controller);
    let told = 0;
    const progress = (done, all) => {
      if (controller.signal.aborted || performance.now() < told + 100) return;
      told = performance.now();
      this.#program.command({ do: 'report_progress', key: 'progress.download', fraction: Math.min(0.999, done / all) });
    };
    try {
      const parts = await fetchAll(names, progress, controller.signal);
      if (!controller.signal.aborted) this.deliver(name, parts);
    } catch (error) {
      if (controller.signal.aborted) return;
      controller.abort();  // the other files of the same model
      this.#running.delete(name);
      const key = error instanceof RangeError ? 'problem.memory' : 'problem.download';
      const detail = navigator.onLine ? say(error.kind ?? 'missing', { detail: error.message }) : say('offline');
      this.#program.command({ do: 'report_problem', key, detail });
    }
  }
}
