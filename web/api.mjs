// window.headlight: what a page that embeds Headlight, a script or a test can do. Everything goes through the same
// commands as the panels. Calls that change something return a promise of the state after it, once all is computed.
//
//   await headlight.ready
//   await headlight.setPrompt('Once upon a time')
//   await headlight.select({layer: 2, head: 3})      // also {query, key} of a cell, or {token} (a position) of a row
//   await headlight.set('temperature', 0.7)          // any row of the table of settings: headlight.state().settings
//   await headlight.step()                           // stepBack, play, pause, undo, redo likewise
//   await headlight.take(headlight.state().predictions[1].token)
//   headlight.state()                                // tokens, predictions, selection, settings, hash, link ...
//   await headlight.set('rung', 'translate')         // or 'tutorial', 'small'; loads the model that it needs
//   await headlight.setPrompt('I love you.')         // what the one text field holds: there, an English sentence
//   headlight.state().translation                    // {text, complete, ended, taken}, beside tokens, source_tokens ...
//   await headlight.goTo(7, 'paper')                 // a step of the tutorial, and 'printed', 'right' or 'paper'
//   await headlight.edit('wq', 0, 1, 0.5)            // a cell of a sheet of headlight.state().tutorial
//   await headlight.learn(200)                       // training steps; also learnPlay, learnPause, learnStep, rewind
//   headlight.state().learning                       // {state, steps, loss, hash, pairs ...}
//   await headlight.answer(true)                     // to headlight.state().question, before trained weights are lost
//   await headlight.inspect('gpt2')                  // sizes of a model of your own: headlight.state().models.import
//   await headlight.choosePrecision('q8')            // or 'f32', 'f16', 'auto'
//   await headlight.download()                       // that one; retry, cancelImport; then it is open, on the rung 'own'
//   headlight.state().models.kept                    // what this browser keeps; openKept(id), deleteKept(id), keep()
//   await headlight.change('off:5.0')                // or 'scale:3.2@-1', 'paint:4.1@previous' ... (interpret/intervention.h)
//   headlight.state().laboratory                     // {changes, odds, lens, parts, sweep ...}; unchange(0), clearChanges()
//   await headlight.set('other', 'A kite'); await headlight.sweep()  // patches from the other prompt
//   await headlight.set('ab', true)                  // both runs beside each other; state().laboratory.pair tells which
//   headlight.link()                                 // the whole address; await headlight.openLink('#v=1&...')
//   const off = headlight.on('change', (state) => {}) // off() ends it

export function createApi(program, events) {
  // One question every 15 ms, for however many calls wait.
  const waiting = [];
  const look = () => {
    const state = program.state();
    // A slow picture may hold up what was asked for, also while the program plays.
    const works = state.busy && !state.playing && !state.learning?.playing;
    if (state.pending || works) {
      setTimeout(look, 15);
    } else {
      for (const resolve of waiting.splice(0)) resolve(state);
    }
  };
  const settled = () => new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setTimeout(look, 0);
  });
  const command = async (fields, wantsAnswer = false) => {
    const answer = program.command(fields);
    if (!answer.ok) throw new Error(answer.message);
    const state = await settled();
    return wantsAnswer ? answer : state;
  };
  const select = async ({ layer, head, token, query = token, key = -1 }) => {
    const { selection } = program.state();
    if (layer !== undefined || head !== undefined) {
      await command({ do: 'select_head', layer: layer ?? selection.layer, head: head ?? selection.head });
    }
    if (query !== undefined) await command({ do: 'select_cell', query, key });
    return settled();
  };
  return {
    version: program.state().version,
    ready: settled(),
    command, select, settled,
    setPrompt: (text) => command({ do: 'set_prompt', text: String(text) }),
    sample: (id) => command({ do: 'load_sample', id }),
    set: (key, value) => command({ do: 'set', key, value }),
    take: (id) => command({ do: 'take_token', id }),
    release: () => command({ do: 'release' }),
    step: () => command({ do: 'step' }),
    stepBack: () => command({ do: 'step_back' }),
    play: () => command({ do: 'play' }),
    pause: () => command({ do: 'pause' }),
    goTo: async (step, mode) => {
      await command({ do: 'set', key: 'rung', value: 'tutorial' });
      if (mode !== undefined) await command({ do: 'set', key: 'mode', value: mode });
      return command({ do: 'set', key: 'step', value: step });
    },
    edit: (sheet, row, column, value) => command({ do: 'edit_cell', sheet, row, column, value }),
    resetEdits: () => command({ do: 'reset_edits' }),
    reveal: (number) => command({ do: 'reveal_mistake', number }),
    learn: (steps) => command({ do: 'set', key: 'learned', value: (program.state().learning?.steps ?? 0) + steps }),
    learnPlay: () => command({ do: 'learn_play' }),
    learnPause: () => command({ do: 'learn_pause' }),
    learnStep: () => command({ do: 'learn_step' }),
    rewind: () => command({ do: 'learn_rewind' }),
    useCorpus: (text) => command({ do: 'use_corpus', text: String(text) }),
    answer: (yes) => command({ do: 'answer', yes }),
    showModels: (open = true) => command({ do: 'open_models', open }),
    inspect: (address) => command({ do: 'inspect_address', address: String(address) }),
    choosePrecision: (precision) => command({ do: 'choose_format', precision }),
    download: () => command({ do: 'download_model' }),
    retry: () => command({ do: 'retry_model' }),
    cancelImport: () => command({ do: 'clear_models' }),
    openKept: (id) => command({ do: 'open_kept', id }),
    deleteKept: (id) => command({ do: 'delete_kept', id }),
    keep: () => command({ do: 'keep_model' }),
    change: (text) => command({ do: 'add_change', text: String(text) }),
    unchange: (index) => command({ do: 'remove_change', index }),
    clearChanges: () => command({ do: 'clear_changes' }),
    toggleHead: (layer, head) => command({ do: 'toggle_head', layer, head }),
    sweep: () => command({ do: 'run_sweep' }),
    stopSweep: () => command({ do: 'stop_sweep' }),
    undo: () => command({ do: 'undo' }),
    redo: () => command({ do: 'redo' }),
    state: () => program.state(),
    widgets: () => {  // what is on the screen, by stable names; recorded from the first call on
      const widgets = program.widgets();
      if (widgets.items.length === 0) program.wake();
      return widgets;
    },
    link: () => `${location.href.split('#')[0]}#${program.state().link}`,
    openLink: (link) => command({ do: 'open_link', link: String(link) }),
    on: (type, listener) => {
      const hear = () => listener(program.state());
      events.addEventListener(type, hear);
      return () => events.removeEventListener(type, hear);
    },
  };
}
