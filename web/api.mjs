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
//   headlight.link()                                 // the whole address; await headlight.openLink('#v=1&...')
//   const off = headlight.on('change', (state) => {}) // off() ends it

export function createApi(program, events) {
  const settled = () => new Promise((resolve) => {
    const look = () => {
      const state = program.state();
      if (state.busy && !state.playing) setTimeout(look, 15);
      else resolve(state);
    };
    setTimeout(look, 0);
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
