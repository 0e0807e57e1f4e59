// The prompt is a real text field over the box that the canvas draws for it: input methods, phone keyboards, the
// clipboard and screen readers all know what to do with it.
import { say } from './strings.mjs';

export class PromptField {
  #field = document.getElementById('prompt');
  #program;
  #composing = false;
  #sent = '';       // the text that the program was last told or last told us
  #place = '';

  constructor(program, events, canvas) {
    this.#program = program;
    const field = this.#field;
    this.translate();
    field.addEventListener('compositionstart', () => { this.#composing = true; });
    field.addEventListener('compositionend', () => {
      this.#composing = false;
      this.#send();
    });
    field.addEventListener('input', () => this.#send());
    field.addEventListener('wheel', (event) => {
      if (field.scrollHeight > field.clientHeight + 1) return;
      event.preventDefault();
      canvas.dispatchEvent(new WheelEvent('wheel', event));
    }, { passive: false });
    events.addEventListener('frame', () => this.#follow());
    events.addEventListener('change', () => this.#read());
  }

  translate() {
    this.#field.setAttribute('aria-label', say('prompt'));
    this.#field.placeholder = say('placeholder');
  }

  focus() {
    this.#field.focus({ preventScroll: true });
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  blur() { this.#field.blur(); }

  // Keys while the field has the focus; see keys() below.
  key(event) {
    if (event.isComposing) return;
    if (event.key === 'Escape') this.blur();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#program.command({ do: 'step' });
    }
  }

  #send() {
    if (this.#composing || this.#field.value === this.#sent) return;
    this.#sent = this.#field.value;
    this.#program.command({ do: 'set_prompt', text: this.#sent });
  }

  // A step, a sample, a link or undo changes the text from the other side.
  #read() {
    const { prompt } = this.#program.state();
    if (this.#composing || prompt === undefined || prompt === this.#sent) return;
    this.#sent = prompt;
    if (this.#field.value === prompt) return;
    const grows = prompt.startsWith(this.#field.value);
    const end = this.#field.selectionEnd;
    this.#field.value = prompt;
    if (!grows) this.#field.setSelectionRange(prompt.length, prompt.length);
    else this.#field.setSelectionRange(Math.min(end, prompt.length), Math.min(end, prompt.length));
    if (document.activeElement !== this.#field) this.#field.scrollTop = this.#field.scrollHeight;
  }

  #follow() {
    const place = this.#program.promptPlace();
    const key = JSON.stringify(place);
    if (key === this.#place) return;
    this.#place = key;
    this.#field.hidden = !place;
    if (!place) return;
    const { x, y, width, height, size, clipTop, clipBottom } = place;
    Object.assign(this.#field.style, {
      left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px`,
      fontSize: `${size}px`, lineHeight: `${Math.round(size * 1.47)}px`,
      clipPath: clipTop || clipBottom ? `inset(${clipTop}px 0 ${clipBottom}px)` : '',
    });
  }
}

// GLFW's script listens to keys on the window, in the capturing phase, and swallows Tab and Backspace. These listeners
// come first (call before the program starts): keys that belong to an HTML control never reach it.
export function keepKeysFromCanvas(onFieldKey) {
  const isControl = (target) => target instanceof Element && target.closest('textarea, input, button, summary, a');
  for (const type of ['keydown', 'keypress', 'keyup']) {
    addEventListener(type, (event) => {
      const own = isControl(event.target);
      if (own) {
        event.stopImmediatePropagation();
        if (type === 'keydown' && own.id === 'prompt') onFieldKey(event);
      } else if (event.ctrlKey || event.metaKey || event.altKey || /^F\d+$/.test(event.key)) {
        // The browser keeps its own shortcuts: GLFW would cancel some of them.
        const preventDefault = event.preventDefault;
        if ('rtlwnfp+-0123456789'.includes(event.key.toLowerCase()) || /^F\d+$/.test(event.key)) {
          event.preventDefault = () => {};
        } else event.preventDefault = preventDefault;
      }
    }, true);
  }
}
