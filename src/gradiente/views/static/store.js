// The state of a page: one object, replaced by every change; whoever listens is called at most once a frame.

export function createStore(initial) {
  let state = initial;
  let scheduled = false;
  const listeners = new Set();

  function notify() {
    scheduled = false;
    for (const listener of listeners) listener(state);
  }

  return {
    get: () => state,
    set(changes) {
      state = { ...state, ...changes };
      if (!scheduled) {
        scheduled = true;
        requestAnimationFrame(notify);
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
