// What the canvas shows, as text and buttons for screen readers; and a live region that says what has changed.
import { currentLanguage, say } from './strings.mjs';

const pause = 600;  // ms of quiet before anything is said

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, properties);
}

export class Mirror {
  #host = document.getElementById('mirror');
  #live = document.getElementById('live');
  #headlight;
  #timer;
  #shown = '';

  constructor(headlight, events) {
    this.#headlight = headlight;
    events.addEventListener('change', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#update(), pause);
    });
  }

  #update() {
    const state = this.#headlight.state();
    if (state.playing) return;  // every token would be read out; the end of it is
    const percent = new Intl.NumberFormat(currentLanguage(), { style: 'percent', maximumFractionDigits: 1 });
    const tokens = state.tokens ?? [], predictions = state.predictions ?? [], strongest = state.strongest ?? [];
    const second = state.laboratory?.second ?? [];
    const key = JSON.stringify([tokens, predictions, strongest, second, state.language, state.live, state.notices]);
    if (key === this.#shown) return;
    this.#shown = key;
    const text = (index) => (tokens[index]?.text ?? '').trim();
    const button = (label, run) => element('button', label, { type: 'button', onclick: run });
    const item = (child) => {
      const entry = document.createElement('li');
      entry.append(child);
      return entry;
    };
    const list = (entries) => {
      const result = document.createElement('ul');
      result.append(...entries.map(item));
      return result;
    };
    const { layer, head } = state.selection ?? {};
    const focused = document.activeElement?.closest?.('#mirror') ? document.activeElement.textContent : null;
    this.#host.setAttribute('aria-label', say('controls'));
    this.#host.replaceChildren(
      list([
        button(say('step'), () => this.#headlight.step()), button(say('back'), () => this.#headlight.stepBack()),
        state.playing ? button(say('pause'), () => this.#headlight.pause())
          : button(say('play'), () => this.#headlight.play()),
        button(say('share'), () => this.#headlight.command({ do: 'share' })),
      ]),
      element('h2', say('tokens')), element('p', tokens.map((token) => token.text.trim()).join(' | ')),
      element('h2', say('next')),
      list(predictions.map(({ token, text: name, p }) =>
        button(say('take', { text: name.trim() || JSON.stringify(name), percent: percent.format(p) }),
          () => this.#headlight.take(token)))),
      ...second.length ? [
        element('h2', say(state.laboratory.pair.runs === 'prompts' ? 'second_prompts' : 'second_changes')),
        list(second.map(({ text: name, p, now }) => element('span',
          say('second_item', { text: name.trim() || JSON.stringify(name), percent: percent.format(p), now: percent.format(now) })))),
      ] : [],
      element('h2', say('strongest', { head: `${layer}.${head}` })),
      list(strongest.map(({ from, to, weight }) =>
        element('span', say('link', { from: text(from), to: text(to), weight: percent.format(weight) })))),
    );
    if (focused) [...this.#host.querySelectorAll('button')].find((each) => each.textContent === focused)?.focus();
    const summary = predictions.slice(0, 3).map(({ text: name, p }) => `${name.trim()} ${percent.format(p)}`);
    this.#live.textContent = [...(state.notices ?? []), state.live || `${say('next')}: ${summary.join(', ')}`].join('. ');
  }
}
