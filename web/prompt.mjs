// The prompt, the one that it is compared with and the search for tokens are real text fields over the boxes that the
// canvas draws for them: input methods, phone keyboards, the clipboard and screen readers all know what to do with them.
import { currentLanguage, say } from './strings.mjs';

// What each field holds: its number in the program (platform::FieldId), where its text stands in the program's state,
// and the command that brings it there. line: it has one line, and Enter brings a line end to the program.
const fields = {
  prompt: { number: 0, words: 'prompt', hint: 'placeholder', read: (state) => state.prompt, write: (text) => ({ do: 'set_prompt', text }) },
  other: { number: 1, words: 'other', hint: 'other_hint', read: (state) => state.settings.other, write: (text) => ({ do: 'set', key: 'other', value: text }) },
  search: {
    number: 2, words: 'search', hint: 'search_hint', line: true,
    read: (state) => state.laboratory?.search?.text ?? '', write: (text) => ({ do: 'find_tokens', text }),
  },
};

export class TextField {
  #what;
  #field;
  #program;
  #composing = false;
  #sent = '';       // the text that the program was last told or last told us
  #unheard = false;  // what was typed last has not come to the program yet: its state still holds the text before
  #place = '';
  #address = false;  // it takes the name or address of a model now
  #language = '';

  constructor(name, program, events, canvas) {
    this.#what = fields[name];
    this.#field = document.getElementById(name);
    this.#program = program;
    const field = this.#field;
    this.translate();
    field.addEventListener('compositionstart', () => { this.#composing = true; });
    field.addEventListener('compositionend', () => {
      this.#composing = false;
      this.#send();
    });
    field.addEventListener('input', () => this.#send());
    field.addEventListener('keydown', (event) => this.#key(event));
    field.addEventListener('wheel', (event) => {
      if (field.scrollHeight > field.clientHeight + 1) return;
      event.preventDefault();
      canvas.dispatchEvent(new WheelEvent('wheel', event));
    }, { passive: false });
    events.addEventListener('frame', () => this.#follow());
    events.addEventListener('change', () => this.#read());
  }

  translate() {
    this.#language = currentLanguage();
    this.#field.setAttribute('aria-label', say(this.#address ? 'address' : this.#what.words));
    this.#field.placeholder = say(this.#address ? 'address_hint' : this.#what.hint);
    this.#field.setAttribute('enterkeyhint', this.#address ? 'search' : this.#what.line ? 'done' : 'enter');
    this.#field.setAttribute('inputmode', this.#address ? 'url' : 'text');
  }

  focus() {
    this.#field.focus({ preventScroll: true });
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  blur() { this.#field.blur(); }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') this.blur();
    if (this.#address && event.key === 'Enter') {
      event.preventDefault();
      this.#program.command({ do: 'inspect_address' });
      return;
    }
    if (this.#what.line && event.key === 'Enter') {
      event.preventDefault();
      this.#program.command(this.#what.write(`${this.#field.value}\n`));
      return;
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#program.command({ do: 'step' });
    }
  }

  #send() {
    if (this.#composing || this.#field.value === this.#sent) return;
    // What is pasted may end in a line break, which no address and no token has.
    if (this.#address || this.#what.line) this.#field.value = this.#field.value.replace(/[\r\n]+/g, '');
    this.#sent = this.#field.value;
    this.#unheard = true;
    this.#program.command(this.#what.write(this.#sent));
  }

  // A step, a sample, a link or undo changes the text from the other side.
  #read() {
    if (this.#language !== currentLanguage()) this.translate();
    const state = this.#program.state(), text = this.#what.read(state);
    if (text === this.#sent || !state.pending) this.#unheard = false;
    if (this.#composing || this.#unheard || text === this.#sent) return;
    this.#sent = text;
    if (this.#field.value === text) return;
    const grows = text.startsWith(this.#field.value);
    const end = this.#field.selectionEnd;
    this.#field.value = text;
    if (!grows) this.#field.setSelectionRange(text.length, text.length);
    else this.#field.setSelectionRange(Math.min(end, text.length), Math.min(end, text.length));
    if (document.activeElement !== this.#field) this.#field.scrollTop = this.#field.scrollHeight;
  }

  #follow() {
    const place = this.#program.promptPlace(this.#what.number);
    const key = JSON.stringify(place);
    if (key === this.#place) return;
    this.#place = key;
    this.#field.hidden = !place;
    if (!place) return;
    if (place.address !== this.#address) {
      this.#address = place.address;
      this.translate();
    }
    const { x, y, width, height, size, clipTop, clipBottom } = place;
    const leading = Math.round(size * 1.47);
    Object.assign(this.#field.style, {
      left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px`,
      fontSize: `${size}px`, lineHeight: `${leading}px`,
      paddingBlock: this.#what.line ? `${Math.max(0, (height - leading) / 2)}px` : '',
      clipPath: clipTop || clipBottom ? `inset(${clipTop}px 0 ${clipBottom}px)` : '',
    });
  }
}

// The program hears keys on the window. Those of an HTML control never get there; Tab does only while the canvas has the
// focus, and after Escape the next Tab leaves the canvas.
export function keepKeysFromCanvas(canvas) {
  let leaving = false;
  const belongsToPage = (event) => {
    if (event.target instanceof Element && event.target.closest('textarea, button, summary, a')) return true;
    return event.key === 'Tab' && (event.target !== canvas || leaving);
  };
  for (const type of ['keydown', 'keyup']) {
    document.addEventListener(type, (event) => {
      if (belongsToPage(event)) event.stopPropagation();
      if (type === 'keyup') return;
      if (event.key !== 'Shift') leaving = event.key === 'Escape';
      if (event.key === 'Tab') document.documentElement.dataset.keys = '';
    });
  }
  addEventListener('pointerdown', () => delete document.documentElement.dataset.keys);
}
